import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// OpenTelemetry's logs over HTTP.
struct OTLPRoutes {
    var intake: Intake

    var endpoints: [Endpoint] { [logs("/v1/logs", id: "otlpLogs"), logs("/otlp/v1/logs", id: "otlpLogsPrefixed")] }

    private static let answer = Schema<Void>(
        description: ["$ref": "#/components/schemas/ExportLogsServiceResponse"],
        components: ["ExportLogsServiceResponse": ["type": "object", "description": "Empty: every record is stored."]],
        read: { _, _, _ in nil }, write: { _, writer in writer.raw("{}") })

    private func logs(_ path: String, id: String) -> Endpoint {
        var endpoint = Endpoint(.post, path, id: id, tag: "OpenTelemetry", "Send traffic as OpenTelemetry logs.")
        endpoint.details =
            """
            ExportLogsServiceRequest as Protocol Buffers or JSON. The resource attribute mockupaws.scenario_id may name the \
            scenario. An answer of 200 means that the delivery is stored.
            """
        endpoint.parameters = Intake.parameters
        endpoint.errors = Intake.errors
        endpoint = endpoint.taking(
            anyOf: ["application/json", "application/x-protobuf"],
            ["type": "object", "properties": ["resourceLogs": ["type": "array", "items": ["type": "object"]]]]
        )
        .answering(Self.answer) { request in
            var reader = OTLPJSONReader()
            _ = try await intake.take(request, &reader)
            return Answer(())
        }
        let json = endpoint.respond
        endpoint.respond = { request in
            guard request.request.headers[.contentType]?.contains("protobuf") == true else {
                return try await json(request)
            }
            do {
                var reader = OTLPProtobufReader()
                _ = try await intake.take(request, &reader)
            } catch let error as HTTPError where error.status == .badRequest {
                return Self.protobuf(Self.status(3, error.body ?? ""), .badRequest)  // google.rpc INVALID_ARGUMENT
            }
            return Self.protobuf([], .ok)
        }
        return endpoint
    }

    private static func protobuf(_ bytes: [UInt8], _ status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "application/x-protobuf"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A `google.rpc.Status`.
    private static func status(_ code: UInt8, _ message: String) -> [UInt8] {
        let text = Array(message.utf8.prefix(127))
        return [0x08, code, 0x12, UInt8(text.count)] + text
    }
}
