import Domain
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Loki's push.
struct LokiRoutes {
    var intake: Intake

    private static let tenant = Parameter<String>.header(
        "X-Scope-OrgID", .header(0...255), "Loki's tenant; may be a scenario's id.")

    var endpoints: [Endpoint] { [push("/loki/api/v1/push", id: "lokiPush"), push("/api/prom/push", id: "promPush")] }

    private static let body: JSON = [
        "type": "object", "required": ["streams"],
        "properties": [
            "streams": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["stream", "values"],
                    "properties": [
                        "stream": ["type": "object", "additionalProperties": ["type": "string"]],
                        "values": [
                            "type": "array",
                            "items": [
                                "type": "array", "minItems": 2, "maxItems": 2,
                                "prefixItems": [
                                    ["type": "string", "pattern": "^[0-9]{1,18}$"], ["type": "string"],
                                ],
                            ],
                        ],
                    ],
                ],
            ]
        ],
    ]

    private func push(_ path: String, id: String) -> Endpoint {
        var endpoint = Endpoint(.post, path, id: id, tag: "Loki", "Send traffic as streams of lines.")
        endpoint.details =
            "JSON, or Protocol Buffers in one Snappy block. An answer of 204 means that the delivery is stored."
        endpoint.parameters = Intake.parameters + [Self.tenant]
        endpoint.errors = Intake.errors
        endpoint.takesTraffic()
        return endpoint.taking(anyOf: ["application/json", "application/x-protobuf"], Self.body).answeringNothing {
            request in
            let tenant = try request(Self.tenant)
            if request.request.headers[.contentType]?.contains("protobuf") == true {
                var reader = LokiReader.protobuf()
                _ = try await intake.take(request, tenant: tenant, &reader)
            } else {
                var reader = LokiReader.json()
                _ = try await intake.take(request, tenant: tenant, &reader)
            }
        }
    }
}
