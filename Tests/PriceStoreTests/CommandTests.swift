import Foundation
import Testing

/// The commands as a person runs them: exit code, one line of error, and what is printed.
@Suite struct CommandTests {
    private let place: Workplace
    private static let tool = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("mockupaws").path

    init() throws { place = try Workplace() }

    private func run(_ arguments: [String]) throws -> (code: Int32, output: String, errors: String) {
        let (process, output, errors) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: Self.tool)
        process.arguments = ["prices"] + arguments
        process.environment = ["MOCKUPAWS_PRICES": place.path + "/store"]
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let texts = [output, errors].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        return (process.terminationStatus, texts[0], texts[1])
    }

    private func lambda(version: String, day: String, _ usd: String) throws -> String {
        let text = """
            {"offerCode":"AWSLambda","version":"\(version)","publicationDate":"\(day)T00:00:00Z","products":{"S":{"sku":"S",
            "attributes":{"usagetype":"EU-Request","regionCode":"eu-west-1","operation":"Invoke"}}},"terms":{"OnDemand":{"S":{"S.T":
            {"priceDimensions":{"S.T.R":{"unit":"Requests","description":"a \\u001b[2J b","pricePerUnit":{"USD":"\(usd)"}}}}}}}}
            """
        return try place.write(text, "lambda-\(version).json")
    }

    @Test func anOlderListIsNamedWhenItHidesNewerPrices() throws {
        let old = try run(["import", lambda(version: "1", day: "2020-01-31", "1")])
        #expect(old.code == 0 && old.output.hasPrefix("AWSLambda (eu-west-1) version 1 of 2020-01-31: 1 rates"))
        #expect(old.errors.contains("version 1 of 2020-01-31 is older than the embedded prices of 20"))
        #expect(try run(["list"]).output.contains("version 1 of 2020-01-31, 1 rates, on "))
        #expect(try run(["list"]).output.contains(", older than the embedded prices of 20"))
        let new = try run(["import", lambda(version: "2", day: "2999-01-31", "2")])
        #expect(new.code == 0 && new.errors.isEmpty)
        #expect(try !run(["list"]).output.contains("older than"))
    }

    @Test func aRollbackSaysWhatHoldsNow() throws {
        _ = try run(["import", lambda(version: "1", day: "2998-01-31", "1")])
        _ = try run(["import", lambda(version: "2", day: "2999-01-31", "2")])
        let back = try run(["rollback"])
        #expect(back.output.hasPrefix("now AWSLambda (eu-west-1) version 1 of 2998-01-31, imported on "))
        #expect(back.output.contains("; was version 2\n"))
        #expect(try run(["rollback"]).output.contains("version 2 of 2999-01-31, imported on "))
    }

    @Test func controlCharactersAreShownNotSent() throws {
        _ = try run(["import", lambda(version: "1", day: "2999-01-31", "1")])
        for output in [
            try run(["show", "AWSLambda", "eu-west-1", "Request"]), try run(["search", "request", "eu-west-1"]),
        ] {
            #expect(output.output.contains("\\u{1B}[2J"))
            #expect(!output.output.contains("\u{1B}"))
        }
    }

    @Test(
        arguments: [
            (["list", "--region", "mars-1"], 65, "no prices in mars-1"),
            (["list", "AWSLambda", "--region", "mars-1"], 65, "no prices of 'AWSLambda' in mars-1"),
            (["show", "AWSLambda", "eu-west-1", "Nope"], 65, "no price for AWSLambda Nope in eu-west-1"),
            (["search", "zzzz"], 65, "no price holds 'zzzz'"),
            (["search", "x", "--limit=-1"], 64, "expected 1 or more"),
            (["diff", "Nope"], 65, "no prices of 'Nope' in the store"), (["rollback"], 65, "nothing was imported"),
            (["rollback", "Nope"], 65, "no prices of 'Nope' in the store"),
            (["verify", "--price-store", "/nowhere"], 66, "/nowhere: No such file"),
            (["list", "--price-store", "/dev/null"], 65, "/dev/null: expected a directory"),
            (["import", "/nowhere.json"], 66, "/nowhere.json: open: No such file"),
        ] as [([String], Int32, String)]) func saysWhatIsWrong(_ line: [String], code: Int32, message: String) throws
    {
        let outcome = try run(line)
        #expect(outcome.code == code && outcome.errors.contains(message), "\(outcome.errors)")
        #expect(code == 64 || outcome.errors.split(separator: "\n").count == 1)
    }
}
