import App
import Domain
import TestSupport
import Testing

/// What a plan allows unless the settings say otherwise.
@Suite struct PlanTests {
    @Test(arguments: [(Plan.free, 100, 10), (Plan.premium, 1_000, 50), (Plan.enterprise, 10_000, 200)])
    func aPlanAllowsSoManyRequests(plan: Plan, perMinute: Int, atOnce: Int) async throws {
        let server = try await RunningServer.start(.sqlite, ["RATE_LIMITS": "true"], clock: MovableClock())
        var change = UserService.Change()
        change.plan = plan
        _ = try await server.server.users.change(email: server.other.email, change, from: .commandLine)
        for number in 1...atOnce + 1 {
            let reply = try await server.send("GET", "/api/v2/auth/me", key: server.otherKey)
            #expect(reply.status == (number <= atOnce ? 200 : 429), "request \(number): \(reply.text)")
            #expect(reply.headers["x-ratelimit-limit"] == "\(perMinute)", "request \(number)")
        }
        // Another user has their own, of the plan that one begins with.
        let other = try await server.send("GET", "/api/v2/auth/me")
        #expect(other.status == 200 && other.headers["x-ratelimit-limit"] == "100")
        await server.stop()
    }
}
