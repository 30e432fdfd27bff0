import Domain
import Foundation
import HTTPTypes
import HummingbirdCore

/// The shapes in which clients and log shippers send an API key.
enum Credentials {
    static func areIn(_ request: Request) -> Bool {
        request.headers[.apiKey] != nil || request.headers[.authorization] != nil
    }

    /// - Returns: nil when there is none.
    /// - Throws: ``DomainError`` `.unauthenticated` for one that cannot be read.
    static func secret(_ request: Request) throws -> String? {
        if let key = request.headers.value(of: .apiKey) { return key }
        guard let header = request.headers.value(of: .authorization) else { return nil }
        let words = header.split(separator: " ", maxSplits: 1).map { $0.trimmingCharacters(in: [" ", "\t"]) }
        guard words.count == 2, header.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw DomainError(.unauthenticated, "The Authorization header is malformed.")
        }
        switch words[0].lowercased() {
        case "bearer", "splunk": return words[1]
        case "basic", "apikey":  // `user:key`; Elasticsearch's `id:key`
            guard let data = Data(base64Encoded: words[1]),
                let pair = String(data: data, encoding: .utf8)?.split(
                    separator: ":", maxSplits: 1, omittingEmptySubsequences: false), pair.count == 2
            else { throw DomainError(.unauthenticated, "The Authorization header is malformed.") }
            return String(pair[1])
        default: throw DomainError(.unauthenticated, "The Authorization header names an unknown scheme.")
        }
    }
}
