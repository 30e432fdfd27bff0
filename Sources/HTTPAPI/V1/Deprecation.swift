public import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// What clients of an old version of the API are told with every answer (RFC 9745, RFC 8594).
public struct Deprecation: Sendable {
    /// When the version was declared old.
    static let since = Date(timeIntervalSince1970: 1_795_564_800)  // 25 November 2026

    public var sunset: Date
    /// Whether it answers 410 from then on.
    public var endsAtSunset: Bool

    public init(sunset: Date, endsAtSunset: Bool) { (self.sunset, self.endsAtSunset) = (sunset, endsAtSunset) }

    static let guide = "/api/deprecation"

    /// - Parameter successor: The path of the same operation in the next version, if there is one.
    func apply(to response: inout Response, successor: String?) {
        response.headers[.deprecation] = "@\(Int(Self.since.timeIntervalSince1970))"
        response.headers[.sunset] = sunset.httpDate
        response.headers[.link] = [
            response.headers[.link], successor.map { "<\($0)>; rel=\"successor-version\"" },
            "<\(Self.guide)>; rel=\"deprecation\"; type=\"text/html\"",
        ].compactMap(\.self).joined(separator: ", ")
    }
}

extension Endpoint {
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  // RFC 3986

    /// The path that takes the place of a request's.
    /// - Parameter values: Of the parameters in its path.
    func successor(for values: [String: String]) -> String? {
        guard let successor else { return nil }
        return values.reduce(successor) { path, value in
            let text = value.value.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? ""
            return path.replacing("{\(value.key)}", with: text)
        }
    }
}

extension HTTPField.Name {
    static let deprecation = Self("Deprecation")!
    static let sunset = Self("Sunset")!
}
