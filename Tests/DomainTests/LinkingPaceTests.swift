import Domain
import Testing

@Suite struct LinkingPaceTests {
    @Test func fewEventsAreDueAtOnce() {
        var pace = LinkingPace()
        #expect(pace.due(1...9_789) == 9_789)  // of the time before, however many they are
        #expect(pace.due(nil) == nil)
        #expect(pace.due(1...100) == 100)
        #expect(pace.due(nil) == nil)
        #expect(pace.due(5...5) == 5)
        #expect(pace.due(70_000...70_099) == 70_099)  // numbers go on from those that were put in line
    }

    /// While many come, those of five seconds ago are due; once no more come, all are.
    @Test func manyEventsWaitFiveSeconds() {
        var pace = LinkingPace()
        #expect(pace.due(nil) == nil)
        var linked: Int64 = 0
        for look in Int64(1)...40 {
            let due = pace.due(linked + 1...look * 1_000)
            #expect(due == (look > 25 ? (look - 25) * 1_000 : nil))
            linked = due ?? 0
        }
        #expect(pace.due(15_001...40_050) == 40_050)
        #expect(pace.due(1...1_000) == nil)  // and begins anew
    }

    /// Somebody else may put any number into the table.
    @Test(arguments: [Int64.min...Int64.max, Int64.max...Int64.max, Int64.min...Int64.min, -5...3])
    func anyNumbersAreTaken(waiting: ClosedRange<Int64>) {
        var pace = LinkingPace()
        for _ in 0..<2 { _ = pace.due(1...1_000) }
        _ = pace.due(waiting)
        #expect(pace.due(waiting) == waiting.upperBound)
    }
}
