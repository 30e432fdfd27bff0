import Domain
import Foundation
import HTTPTypes
import HummingbirdCore

/// The shapes in which clients and log shippers send an API key.
enum Credentials {
    static func areIn(_ request: Request) -> Bool {
        request.headers[.apiKey] != nil || request.headers[.authorization] != nil
    }

    /// - Throws: ``DomainError`` `.unauthenticated` when there is none.
    static func secret(_ call: APIRequest) throws -> String {
        if let key = call.request.headers[.apiKey] { return key }
        guard let header = call.request.headers[.authorization] else {
            throw DomainError(.unauthenticated, "An API key is needed: send it as X-API-Key or Authorization: Bearer.")
        }
        let words = header.split(separator: " ", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        guard words.count == 2 else { throw DomainError(.unauthenticated, "The Authorization header is malformed.") }
        switch words[0].lowercased() {
        case "bearer", "splunk": return words[1]
        case "basic", "apikey":  // `user:key`; Elasticsearch's `id:key`
            guard let data = Data(base64Encoded: words[1]),
                let pair = String(data: data, encoding: .utf8)?.split(separator: ":", maxSplits: 1), pair.count == 2
            else { throw DomainError(.unauthenticated, "The Authorization header is malformed.") }
            return String(pair[1])
        default: throw DomainError(.unauthenticated, "The Authorization header names an unknown scheme.")
        }
    }
}
