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
        return [endpoint]
    }
}
