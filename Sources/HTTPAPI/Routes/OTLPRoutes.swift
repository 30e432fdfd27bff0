import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Traffic

/// OpenTelemetry's logs over HTTP.
struct OTLPRoutes {
    var intake: Intake

    var endpoints: [Endpoint] { [logs("/v1/logs", id: "otlpLogs"), logs("/otlp/v1/logs", id: "otlpLogsPrefixed")] }

    /// Records that were refused while the others were stored; nothing where all were.
    private struct PartialSuccess: Sendable {
        var rejected: Int
        var message: String

        init?(_ refused: [Int: RejectReason]) {
            guard let first = refused.min(by: { $0.key < $1.key }) else { return nil }
            (rejected, message) = (refused.count, "record \(first.key) is \(first.value)")
        }
    }

    private static let answer = Schema<PartialSuccess?>(
        description: ["$ref": "#/components/schemas/ExportLogsServiceResponse"],
        components: [
            "ExportLogsServiceResponse": [
                "type": "object", "description": "Empty where every record is stored.",
                "properties": [
                    "partialSuccess": [
                        "type": "object",
                        "properties": [
                            "rejectedLogRecords": ["type": "string"], "errorMessage": ["type": "string"],
                        ],
                    ]
                ],
            ]
        ],
        read: { _, _, _ in nil }
    ) { partial, writer in
        writer.object { writer in
            guard let partial else { return }
            writer.member("partialSuccess") { writer in
                writer.object { writer in
                    writer.member("rejectedLogRecords") { $0.string("\(partial.rejected)") }
                    writer.member("errorMessage") { $0.string(partial.message) }
                }
            }
        }
    }

    private func logs(_ path: String, id: String) -> Endpoint {
        var endpoint = Endpoint(.post, path, id: id, tag: "OpenTelemetry", "Send traffic as OpenTelemetry logs.")
        endpoint.details =
            """
            ExportLogsServiceRequest as Protocol Buffers or JSON. The resource attribute mockupaws.scenario_id may name the \
            scenario. An answer of 200 means that the delivery is stored.
            """
        endpoint.parameters = Intake.parameters
        endpoint.errors = Intake.errors
        endpoint.takesTraffic()
        endpoint.refusal = Self.refusal
        endpoint = endpoint.taking(
            anyOf: ["application/json", "application/x-protobuf"],
            ["type": "object", "properties": ["resourceLogs": ["type": "array", "items": ["type": "object"]]]]
        )
        .answering(Self.answer) { request in
            var reader = OTLPReader.json()
            return Answer(PartialSuccess(try await intake.take(request, &reader).refused))
        }
        let json = endpoint.respond
        endpoint.respond = { request in
            guard request.request.headers[.contentType]?.contains("protobuf") == true else {
                return try await json(request)
            }
            var reader = OTLPReader.protobuf()
            let partial = PartialSuccess(try await intake.take(request, &reader).refused)
            return Self.protobuf(partial.map { Self.field(1, Self.status($0.rejected, $0.message)) } ?? [], .ok)
        }
        return endpoint
    }

    /// A `google.rpc.Status` in the request's encoding.
    private static let refusal = Refusal(
        description: ["type": "object", "required": ["code", "message"], "description": "A google.rpc.Status."]
    ) { problem, request in
        let code =
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

    /// A number and a text, as `google.rpc.Status` and `ExportLogsPartialSuccess` are.
    private static func status(_ number: Int, _ text: String) -> [UInt8] {
        [0x08] + varint(number) + field(2, Array(text.utf8))
    }

    private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2] + varint(bytes.count) + bytes
    }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
    }
}
