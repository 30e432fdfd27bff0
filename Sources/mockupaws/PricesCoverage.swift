import ArgumentParser
import CostModel

/// Writes which of the embedded prices there are in which region; a developer's command.
struct PricesCoverage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage", abstract: "How many embedded prices each offer has in each region.",
        shouldDisplay: false)

    func run() throws {
        let prices = try PriceCatalog.embedded().prices.filter { $0.region.contains(#/^[a-z]{2}-[a-z]+-\d$/#) }
        let regions = Set(prices.map(\.region)).sorted()
        let offers = Dictionary(grouping: prices, by: \.offerCode)
        var text = """
            # Which prices ship with the program

            Usage types with a price, by offer and region. A dash is none: the bill then says what is missing, and
            `mockupaws prices import` fetches AWS's own list. Every region that is not here has no embedded price. Prices of
            edges (CloudFront), of models without a region (Bedrock) and global ones are not counted here.

            | offer | \(regions.joined(separator: " | ")) |
            | --- |\(String(repeating: " ---: |", count: regions.count))

            """
        for (offer, prices) in offers.sorted(by: { $0.key < $1.key }) {
            let counts = regions.map { region in prices.count { $0.region == region } }
            text += "| \(offer) | \(counts.map { $0 == 0 ? "–" : String($0) }.joined(separator: " | ")) |\n"
        }
        try StandardOutput.write(text)
    }
}
