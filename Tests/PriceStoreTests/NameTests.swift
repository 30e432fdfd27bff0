import CostModel
import Foundation
import PriceStore
import Testing

@Suite struct NameTests {
    /// The offer fixture's one instance under other names, and where it ends up.
    @Test(arguments: [
        ("BoxUsage:t9.large", "US East (N. Virginia)", "us-east-1", "us-east-1 BoxUsage:t9.large"),
        ("USE1-BoxUsage:t9.large", "", "", "us-east-1 BoxUsage:t9.large"),
        ("EU-BoxUsage:t9.large", "EU (Ireland)", "", "eu-west-1 BoxUsage:t9.large"),
        ("APS1-Request", "", "", "ap-southeast-1 Request"), ("APS3-Request", "", "", "ap-south-1 Request"),
        ("EUC1-Request", "Europe (Frankfurt)", "", "eu-central-1 Request"),
        ("us-east-1-KMS-Keys", "US East (N. Virginia)", "", "us-east-1 KMS-Keys"),
        ("CNW1-EBS:VolumeUsage.gp3", "China (Ningxia)", "", "cn-northwest-1 EBS:VolumeUsage.gp3"),
        ("Global-Request", "Any", "", "global Global-Request"),
        ("XYZ9-Request", "Moon (Base)", "moon-1", "moon-1 XYZ9-Request"),
    ]) func regionAndUsageType(usageType: String, location: String, code: String, expected: String) throws {
        let place = try Workplace()
        let text = """
            {"offerCode":"Names","version":"1","products":{"S":{"sku":"S","attributes":{"usagetype":"\(usageType)",
            "location":"\(location)","regionCode":"\(code)","locationType":"AWS Region","operation":"o"}}},
            "terms":{"OnDemand":{"S":{"S.T":{"priceDimensions":{"S.T.R":{"unit":"u","pricePerUnit":{"USD":"1"}}}}}}}}
            """
        try place.load(text)
        let region = try #require(try place.store.regions(offer: "Names").first)
        let price = try #require(try place.store.prices(offer: "Names", region: region).first)
        #expect("\(price.region) \(price.usageType)" == expected)
    }

    /// Two transitions share AWS's usage type: each rule finds its own, and AWS's name still finds both.
    @Test func aRulesOwnNameFindsWhatAWSCallsOtherwise() throws {
        let place = try Workplace()
        let kinds = ["S3-SIATransition": "1", "S3-GIRTransition": "2"].sorted { $0.key < $1.key }
        let products = kinds.map {
            """
            "\($0.key)":{"attributes":{"usagetype":"EU-Requests-Tier4","regionCode":"eu-west-1","operation":"\($0.key)"}}
            """
        }
        let terms = kinds.map {
            #""\#($0.key)":{"x.T":{"priceDimensions":{"x.T.R":{"unit":"Requests","pricePerUnit":{"USD":"\#($0.value)"}}}}}"#
        }
        try place.load(
            """
            {"offerCode":"AmazonS3","version":"1","products":{\(products.joined(separator: ","))},
            "terms":{"OnDemand":{\(terms.joined(separator: ","))}}}
            """)
        let prices = StoredPrices(place.store)
        func found(_ usageType: String) throws -> [String] {
            try prices.prices(offerCode: "AmazonS3", region: "eu-west-1", usageType: usageType).map {
                "\($0.usageType) \($0.tiers[0].usd.exact)"
            }
        }
        #expect(try found("Transition-SIA") == ["Transition-SIA 1"])
        #expect(try found("Transition-GIR") == ["Transition-GIR 2"])
        #expect(try found("Transition-INT").isEmpty)
        #expect(try found("Requests-Tier4").count == 2)
    }

    @Test func cloudFrontsPriceClassesAreEdges() throws {
        let place = try Workplace()
        try place.load(
            """
            {"offerCode":"AmazonCloudFront","version":"1","products":{"S":{"sku":"S","attributes":{
            "usagetype":"EU-DataTransfer-Out-Bytes","fromLocation":"Europe","toLocation":"External","operation":""}}},
            "terms":{"OnDemand":{"S":{"S.T":{"priceDimensions":{"S.T.R":{"unit":"GB","pricePerUnit":{"USD":"0.085"}}}}}}}}
            """)
        #expect(try place.store.regions(offer: "AmazonCloudFront") == ["edge-EU"])
        #expect(
            try place.store.prices(offer: "AmazonCloudFront", region: "edge-EU").map(\.usageType) == [
                "DataTransfer-Out-Bytes"
            ])
    }
}
