import Domain
import Foundation
import Logging
import ServiceLifecycle

/// Forgets what is over, and seals the audit log's months, once an hour.
struct Expiry: Service {
    let traffic: any TrafficStore
    let scenarios: any ScenarioStore
    let sessions: any SessionStore
    let accounts: any AccountStore
    let audit: AuditService
    let refreshSeconds: Int  // that a refresh token is good for
    let ambient: Ambient
    let logger: Logger

    /// Of names of deliveries and creations: longer than any shipper keeps trying.
    private static let days = 7.0
    /// That keys are listed after their end.
    private static let endedKeyDays = 30.0
    private static let pause = Duration.seconds(3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let now = ambient.now()
                await logged("deliveries") {
                    try await traffic.forgetKeys(before: now.addingTimeInterval(-Self.days * 86_400))
                }
                await logged("creations") {
                    try await scenarios.forgetCreations(before: now.addingTimeInterval(-Self.days * 86_400))
                }
                await logged("sessions") {
                    try await sessions.forgetSessions(
                        before: now.addingTimeInterval(-86_400),
                        used: now.addingTimeInterval(-TimeInterval(refreshSeconds)))
                }
                await logged("keys") {
                    try await accounts.forgetKeys(before: now.addingTimeInterval(-Self.endedKeyDays * 86_400))
                }
                await logged("audit entries") {
                    for end in try await audit.sealAndPurge() {
                        logger.notice("a month of the audit log is sealed", metadata: ["end": "\(end)"])
                    }
                }
                do { try await Task.sleep(for: Self.pause) } catch { return }  // the server ends
            }
        }
    }
}

extension Expiry {
    /// One that fails keeps no other from its work. A log that was tampered with is no routine failure.
    private func logged(_ what: String, _ body: () async throws -> Void) async {
        do { try await body() } catch let broken as AuditChain.Broken {
            logger.error("the audit log is not sealed", metadata: ["error": "\(broken)"])
        } catch {
            logger.warning("what is over could not be forgotten", metadata: ["of": "\(what)", "error": "\(error)"])
        }
    }
}

/// Puts events of the audit log in line, soon after they happened.
struct AuditLinking: Service {
    let audit: AuditService
    let logger: Logger

    private static let pause = Duration.milliseconds(200)
    private static let pauseAfterFailure = Duration.seconds(10)

    func run() async throws {
        try await audit.logEnd(to: logger)
        await cancelWhenGracefulShutdown {
            var pace = LinkingPace()
            while !Task.isCancelled {
                var pause = Self.pause
                do { try await audit.linkDue(&pace) } catch {
                    logger.error("audit events wait", metadata: ["error": "\(error)"])
                    pause = Self.pauseAfterFailure
                }
                do { try await Task.sleep(for: pause) } catch { return }  // the server ends
            }
        }
    }
}

extension AuditService {
    /// Where the log ends, for whoever keeps logs elsewhere: 'audit verify --expect' takes it.
    func logEnd(to logger: Logger) async throws {
        let end = try await end()
        logger.notice("audit log", metadata: ["end": "\(end.map(String.init) ?? "gone")"])
    }
}
