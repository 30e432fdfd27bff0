import Crypto
import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
import Hummingbird

/// The API's own description.
struct DocumentRoutes {
    private let document: [UInt8]

    init(_ document: JSON) {
        var writer = JSONWriter(capacity: 1 << 16)
        writer.value(document)
        self.document = writer.bytes
    }

    /// What is the same for everyone may be kept for minutes.
    private static let headers: HTTPFields = [.cacheControl: "max-age=300"]

    var endpoints: [Endpoint] {
        var endpoint = Endpoint(.get, "/openapi.json", id: "getOpenAPI", tag: "Documents", "This description.")
        endpoint.access = .anyone
        let document = document
        endpoint.respond = { _ in .json(document, headers: Self.headers) }
        return [endpoint, Self.page, Self.workloadSchema]
    }

    /// Where the schema of a scenario's `workload` is; the description of the API only points there, because it is many
    /// times as long as all the rest.
    static let workloadSchemaPath = "/workload.schema.json"

    /// Made when it is first asked for.
    private static let schemaOfWorkloads = Result { Array(try WorkloadSchema.json().utf8) }

    private static var workloadSchema: Endpoint {
        var endpoint = Endpoint(
            .get, workloadSchemaPath, id: "getWorkloadSchema", tag: "Documents", "The JSON Schema of workloads.")
        endpoint.access = .anyone
        endpoint.contentType = "application/schema+json"
        endpoint.answer = (["type": "object"], [:])
        endpoint.respond = { _ in
            .json(try schemaOfWorkloads.get(), type: "application/schema+json", headers: headers)
        }
        return endpoint
    }

    /// What a Content-Security-Policy calls the content of an element that the page has once.
    private static func hash(of element: String, in html: [UInt8]) -> String {
        let page = String(decoding: html, as: UTF8.self)
        guard let start = page.firstRange(of: "<\(element)>"), let end = page.firstRange(of: "</\(element)>") else {
            preconditionFailure("docs.html has no \(element)")
        }
        let content = Array(page[start.upperBound..<end.lowerBound].utf8)
        return "sha256-" + Data(SHA256.hash(data: content)).base64EncodedString()
    }

    /// Everything in it is from this server.
    private static var page: Endpoint {
        var endpoint = Endpoint(.get, "/docs", id: "getDocs", tag: "Documents", "This description as a page.")
        endpoint.access = .anyone
        endpoint.contentType = "text/html"
        endpoint.answer = (["type": "string"], [:])
        let html = PackageResources.docs_html
        let (script, style) = (Self.hash(of: "script", in: html), Self.hash(of: "style", in: html))
        endpoint.respond = { _ in
            .json(
                html, type: "text/html; charset=utf-8",
                headers: [
                    .cacheControl: "max-age=300",
                    .contentSecurityPolicy: """
                    default-src 'none'; script-src '\(script)'; style-src '\(style)'; \
                    connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'
                    """,
                ])
        }
        return endpoint
    }
}
