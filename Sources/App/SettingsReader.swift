import AccessControl
import Caching
import Domain
import Foundation

/// Turns the words of settings into values.
struct SettingsReader {
    typealias Problem = ServerSettings.Problem
    let values: [String: String]

    func text(_ name: String) -> String { values[name] ?? "" }

    func optional(_ name: String) -> String? { text(name).isEmpty ? nil : text(name) }

    func list(_ name: String) -> [String] {
        text(name).split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text(name)), range.contains(number) else {
            throw Problem(name: name, need: "\(range.lowerBound) to \(range.upperBound), found '\(text(name))'")
        }
        return number
    }

    func flag(_ name: String) throws -> Bool { try choice(name, ["true", "false"]) == "true" }

    func choice(_ name: String, _ choices: [String]) throws -> String {
        let word = text(name).lowercased()
        guard let choice = choices.first(where: { $0.lowercased() == word }) else {
            throw Problem(
                name: name,
                need:
                    "\(choices.joined(separator: ", ").replacing(/, (?=[^,]*$)/, with: " or ")), found '\(text(name))'")
        }
        return choice
    }

    /// - Parameter text: Is not shown.
    func secret(_ name: String, _ text: String) throws -> SecretKey {
        guard let secret = SecretKey(text) else { throw Problem(name: name, need: "at least 32 bytes") }
        return secret
    }

    /// What paths are appended to.
    func base(_ name: String) throws -> String {
        let text = text(name)
        guard let url = URLComponents(string: text), ["http", "https"].contains(url.scheme?.lowercased()),
            url.host?.isEmpty == false, url.query == nil, url.fragment == nil
        else { throw Problem(name: name, need: "https://HOST or http://HOST, found '\(text)'") }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// A day's beginning, UTC.
    func day(_ name: String) throws -> Date {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
        // It reads days that no month has, and what follows a day.
        guard let day = try? style.parse(text(name)), style.format(day) == text(name) else {
            throw Problem(name: name, need: "a day such as 2026-12-31, found '\(text(name))'")
        }
        return day
    }

    func limits() throws -> LimitService.Rules {
        var rules = LimitService.Rules()
        for plan in Plan.allCases {
            rules.plans[plan]?.requests = try limit("RATE_LIMIT_\(plan.rawValue.uppercased())")
        }
        rules.signIn = try limit("RATE_LIMIT_SIGN_IN")
        return rules
    }

    private func limit(_ name: String) throws -> RateLimit {
        let parts = text(name).split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard parts.count == 2, parts.allSatisfy({ (1...1_000_000_000).contains($0) }) else {
            throw Problem(name: name, need: "requests a minute / at once, such as 100/10, found '\(text(name))'")
        }
        return LimitService.perMinute(parts[0], parts[1])
    }

    /// Origins, and none but origins: a pattern would let others in.
    func origins(_ name: String, isProduction: Bool) throws -> [String] {
        let origins = list(name)
        for origin in origins {
            guard let url = URL(string: origin), let scheme = url.scheme, let host = url.host(), !host.isEmpty,
                origin == "\(scheme)://\(host)\(url.port.map { ":\($0)" } ?? "")", ["http", "https"].contains(scheme)
            else { throw Problem(name: name, need: "origins such as https://app.example.com, found '\(origin)'") }
            guard scheme == "https" || !isProduction else {
                throw Problem(name: name, need: "https origins in production, found '\(origin)'")
            }
        }
        return origins
    }
}
