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

    /// - Parameter successor: The path of the same operation in the next version.
    func apply(to response: inout Response, successor: String) {
        response.headers[.deprecation] = "@\(Int(Self.since.timeIntervalSince1970))"
        response.headers[.sunset] = sunset.httpDate
        response.headers[.link] = [
            response.headers[.link], "<\(successor)>; rel=\"successor-version\"",
            "<\(Self.guide)>; rel=\"deprecation\"; type=\"text/html\"",
        ].compactMap(\.self).joined(separator: ", ")
    }
}

extension HTTPField.Name {
    static let deprecation = Self("Deprecation")!
    static let sunset = Self("Sunset")!
}
