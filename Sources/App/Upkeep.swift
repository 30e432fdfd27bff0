import Domain
import Foundation
import Logging
import ServiceLifecycle

/// Forgets what is over, and seals the audit log's months, once an hour.
struct Expiry: Service {
    let traffic: any TrafficStore
    let scenarios: any ScenarioStore
    let sessions: any SessionStore
    let audit: AuditService
    let ambient: Ambient
    let logger: Logger

    /// Of names of deliveries and creations: longer than any shipper keeps trying.
    private static let days = 7.0
    private static let pause = Duration.seconds(3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let now = ambient.now()
                do {
                    try await traffic.forgetKeys(before: now.addingTimeInterval(-Self.days * 86_400))
                    try await scenarios.forgetCreations(before: now.addingTimeInterval(-Self.days * 86_400))
                    try await sessions.forgetSessions(before: now.addingTimeInterval(-86_400))
                    try await audit.sealAndPurge()
                } catch { logger.warning("what is over could not be forgotten", metadata: ["error": "\(error)"]) }
                do { try await Task.sleep(for: Self.pause) } catch { return }  // the server ends
            }
        }
    }
}

/// Puts events of the audit log in line, a moment after they happened.
struct AuditLinking: Service {
    let audit: AuditService
    let logger: Logger

    private static let pause = Duration.milliseconds(200)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await audit.linkWaiting() } catch {
                    logger.warning("audit events wait", metadata: ["error": "\(error)"])
                }
                do { try await Task.sleep(for: Self.pause) } catch { return }  // the server ends
            }
        }
    }
}
