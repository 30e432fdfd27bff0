import CostModel
import Domain
import Foundation
import HTTPTypes

/// `/api/v2/prices`: the price list.
struct PriceRoutes {
    var prices: PriceService

    var endpoints: [Endpoint] { [list, one, lists] }

    private static func endpoint(_ path: String, _ id: String, _ summary: String) -> Endpoint {
        var endpoint = Endpoint(.get, "/api/v2/\(path)", id: id, tag: "Prices", summary)
        endpoint.access = .user(.readPrices)
        return endpoint
    }

    private static let offer = Parameter.query("offer", .text(1...64, example: "AWSLambda"), "Only this offer code.")
    private static let region = Parameter.query("region", .text(1...32, example: "eu-west-1"), "Only this region.")
    private static let text = Parameter.query("q", .text(1...200), "Only prices whose names hold all these words.")
    private static let page = Parameter.query("page", .integer(1...1_000_000), "Page, from 1.")
    private static let pageSize = Parameter.query("page_size", .integer(1...100), "Prices a page; 50 unless given.")

    private var list: Endpoint {
        var endpoint = Self.endpoint("prices", "listPrices", "List and search prices.")
        endpoint.parameters = [Self.offer, Self.region, Self.text, Self.page, Self.pageSize]
        return endpoint.answering(Self.prices) { request in
            var query = PriceQuery()
            query.offer = try request(Self.offer)
            query.region = try request(Self.region)
            query.words = try request(Self.text)?.split(separator: " ").map(String.init) ?? []
            query.page = try request(Self.page) ?? 1
            query.pageSize = try request(Self.pageSize) ?? 50
            return Answer(try prices.list(query))
        }
    }

    private static let offerPath = Parameter.path("offer", .plain, "AWS's offer code: AWSLambda.")
    private static let regionPath = Parameter.path("region", .plain, "AWS region: eu-west-1.")
    private static let usagePath = Parameter.path("usage_type", .plain, "Usage type without the region's prefix.")
    private static let operation = Parameter.query(
        "operation", .text(0...200), "Where several products share the usage type.")

    private var one: Endpoint {
        var endpoint = Self.endpoint(
            "prices/{offer}/{region}/{usage_type}", "getPrice", "One price, with its tiers and its source.")
        endpoint.parameters = [Self.offerPath, Self.regionPath, Self.usagePath, Self.operation]
        return endpoint.answering(Self.price) { request in
            let key = PriceKey(
                offerCode: try request.required(Self.offerPath), region: try request.required(Self.regionPath),
                usageType: try request.required(Self.usagePath), operation: try request(Self.operation))
            return Answer(try prices.price(key))
        }
    }

    private var lists: Endpoint {
        Self.endpoint("price-lists", "listPriceLists", "Which price lists prices come from, the first asked first.")
            .answering(.list(Self.version)) { _ in Answer(try prices.lists()) }
    }

    private static let decimal = Schema<String>.plain

    private static let price = Schema<Price>.answer(
        "ListedPrice",
        [
            Member(answer: "offer_code", .plain, "AWS's offer code.") { $0.offerCode },
            Member(answer: "region", .plain, "AWS region.") { $0.region },
            Member(answer: "usage_type", .plain, "AWS's usage type, without the region's prefix.") { $0.usageType },
            Member(answer: "operation", .plain, "AWS's operation.") { $0.operation },
            Member(answer: "unit", .plain, "What is counted.") { $0.unit },
            Member(answer: "tiers", .list(tier), "Bands, filled by the month's total.") { $0.tiers },
            Member(answer: "effective_date", .plain, "Since when.") { $0.effectiveDate },
            Member(answer: "source", .plain, "Where it was read.") { $0.source },
            Member(answer: "description", .plain, "In words.") { $0.description },
        ])

    private static let tier = Schema<PriceTier>.answer(
        "PriceBand",
        [
            Member(answer: "begin", decimal, "First unit.") { $0.begin.description },
            Member(answer: "end", decimal.orNull, "Where the next band begins; null for no end.") {
                $0.end?.description
            },
            Member(answer: "usd_per_unit", decimal, "US dollars.") { $0.usd.exact },
        ])

    private static let prices = Schema<Page<Price>>.answer(
        "PricePage",
        [
            Member(answer: "items", .list(price), "This page.") { $0.items },
            Member(answer: "total", .integer(), "Prices on all pages.") { $0.total },
        ])

    private static let version = Schema<PriceListVersion>.answer(
        "PriceList",
        [
            Member(answer: "offer_code", decimal.orNull, "Of one offer; null for the embedded catalogue.") {
                $0.offerCode
            },
            Member(answer: "version", .plain, "Its version.") { $0.version },
            Member(answer: "source", .plain, "Where it came from.") { $0.source },
        ])
}
