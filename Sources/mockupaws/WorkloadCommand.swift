import ArgumentParser
import Domain

struct WorkloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workload", abstract: "Starter workloads, the file's schema, checks.",
        subcommands: [Init.self, Check.self, Schema.self, Reference.self])

    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a commented starter workload.",
            discussion: "Starters: " + StarterWorkload.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", ")
                + ".")

        @Argument(help: "Which starter.")
        var starter = StarterWorkload.all[0].name

        @Option(name: .shortAndLong, help: "The file to write; standard output unless given.")
        var output: String?

        @Flag(help: "Overwrite the file if it is there.")
        var force = false

        func validate() throws {
            guard StarterWorkload.named(starter) != nil else {
                throw ValidationError(
                    "No starter '\(starter)'; there are \(StarterWorkload.all.map(\.name).joined(separator: ", ")).")
            }
        }

        func run() throws {
            guard let text = StarterWorkload.named(starter)?.text else { return }
            guard let output else { return try StandardOutput.write(text) }
            if !force, Files.size(of: output) != nil {
                throw FileProblem(path: output, detail: "is there already; --force overwrites it", isOutput: true)
            }
            try Files.write(text.utf8, to: output)
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Read a workload file and say whether it is right.")

        @Argument(help: "Workload or usage files.")
        var files: [String]

        func run() throws {
            for file in files {
                let workload = try Workload(Files.text(file), file: file)
                let parts = [
                    (workload.steps.count, "steps"), (workload.fixed.count, "fixed"), (workload.usage.count, "usage"),
                ]
                let counts = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
                try StandardOutput.write("\(file): \(workload.name), \(workload.region): \(counts)\n")
            }
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the JSON Schema of workload files.")

        func run() throws { try StandardOutput.write(try WorkloadSchema.json()) }
    }

    struct Reference: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print every service and parameter as Markdown.")

        func run() throws { try StandardOutput.write(WorkloadSchema.reference()) }
    }
}
