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
        endpoint.refusal = Self.refusal
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
            var reader = OTLPProtobufReader()
            _ = try await intake.take(request, &reader)
            return Self.protobuf([], .ok)
        }
        return endpoint
    }

    /// A `google.rpc.Status` in the request's encoding.
    private static let refusal = Refusal(
        description: ["type": "object", "required": ["code", "message"], "description": "A google.rpc.Status."]
    ) { problem, request in
        let code: UInt8 =
            switch problem.status.code {
            case 401: 16  // UNAUTHENTICATED
            case 403: 7  // PERMISSION_DENIED
            case 404: 5  // NOT_FOUND
            case 409: 9  // FAILED_PRECONDITION
            case 429: 8  // RESOURCE_EXHAUSTED
            case 503: 14  // UNAVAILABLE
            case 500...: 13  // INTERNAL
            default: 3  // INVALID_ARGUMENT
            }
        let message = problem.detail ?? problem.status.reasonPhrase
        if request.headers[.contentType]?.contains("protobuf") == true {
            return protobuf(status(code, message), problem.status)
        }
        let json: JSON = ["code": .number("\(code)"), "message": .string(message)]
        return .json(json.compact, status: problem.status)
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
