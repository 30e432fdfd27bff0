import Domain
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

    var endpoints: [Endpoint] {
        var endpoint = Endpoint(.get, "/openapi.json", id: "getOpenAPI", tag: "Documents", "This description.")
        endpoint.access = .anyone
        let document = document
        endpoint.respond = { _ in .json(document) }
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
        endpoint.respond = { _ in .json(try schemaOfWorkloads.get(), type: "application/schema+json") }
        return endpoint
    }

    /// Everything in it is from this server.
    private static var page: Endpoint {
        var endpoint = Endpoint(.get, "/docs", id: "getDocs", tag: "Documents", "This description as a page.")
        endpoint.access = .anyone
        endpoint.contentType = "text/html"
        endpoint.answer = (["type": "string"], [:])
        let html = PackageResources.docs_html
        endpoint.respond = { _ in
            .json(
                html, type: "text/html; charset=utf-8",
                headers: [
                    .contentSecurityPolicy: """
                    default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                    connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'
                    """
                ])
        }
        return endpoint
    }
}
