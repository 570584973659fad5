using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Lab.Regret;
using Isthmus.Runtime.Links;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`lab regret`: how much adapting loses against an oracle that knows how the link will change.</summary>
internal sealed class LabRegretCommand : ICommandFactory
{
    public Command Create()
    {
        Argument<string> file = new("profile") { Description = "The profile that 'isthmus profile' wrote." };
        Option<string[]> traces = new("--trace")
        {
            Description = $"How the device's link changes: {string.Join(", ", SampleTraces.Names)}, or a file as 'isthmus link --trace' takes it; may be given again (default: all four).",
            HelpName = "trace",
            DefaultValueFactory = _ => [.. SampleTraces.Names],
        };
        Option<double> every = new("--every") { Description = "The time between two pictures, in milliseconds.", HelpName = "ms", DefaultValueFactory = _ => RegretOptions.Default.Every.Value };
        Option<double> noise = new("--noise") { Description = "A transfer's rate differs from the trace's by up to this share.", HelpName = "share", DefaultValueFactory = _ => RegretOptions.Default.Noise };
        Option<int> seed = new("--seed") { Description = "Of the noise.", HelpName = "number", DefaultValueFactory = _ => RegretOptions.Default.Seed };
        Command command = new("regret", "Simulate the adaptation under link traces: latency and regret beside an oracle that knows the trace, the best plan that never changes, and one place alone.") { file, traces, every, noise, seed };
        PlanningOptions planning = PlanningOptions.AddTo(command);
        return command.Runs(async run =>
        {
            Core.Profiling.Profile profile = ProfileFile.Load(run.Options.GetValue(file)!);
            PlanningRequest request = planning.Read(run.Options, ProfileIndex.Of(profile));
            RegretOptions options = new()
            {
                Every = new Milliseconds(run.Options.GetValue(every)),
                Noise = run.Options.GetValue(noise),
                Seed = run.Options.GetValue(seed),
                Adaptation = new() { Objective = request.Objective, Constraints = request.Constraints, Space = request.Space },
            };
            RegretStudy study = new(profile, options);
            string[] names = run.Options.GetValue(traces)!;
            LinkTrace[] links = [.. names.Select(SampleTraces.Get)];
            ImmutableArray<TraceRegret> results = await run.WithProgressAsync("Simulating", progress => Task.Run(
                () =>
                {
                    ImmutableArray<TraceRegret>.Builder all = ImmutableArray.CreateBuilder<TraceRegret>();
                    for (int i = 0; i < names.Length; i++)
                    {
                        progress.Report(new ProgressReport(names[i], (double)i / names.Length));
                        all.Add(study.Run(names[i], links[i], run.CancellationToken));
                    }

                    return all.ToImmutable();
                },
                run.CancellationToken));
            run.Result(
                new { model = profile.ModelName, sha256 = profile.Model, simulated = true, everyMs = options.Every, options.Noise, options.Seed, traces = results },
                console => Draw(console, results));
        });
    }

    private static void Draw(IAnsiConsole console, ImmutableArray<TraceRegret> results)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("trace", "policy", "mean ms", "p95 ms", "max ms", "regret ms", "regret p95", "switches", "fallbacks", "plan");
        foreach (TraceRegret trace in results)
        {
            foreach (PolicyRegret p in trace.Policies)
            {
                table.AddRow(
                    Markup.Escape(p.Policy == "oracle" ? $"{trace.Trace}, {trace.Pictures} pictures" : ""), p.Policy, $"{p.MeanMs:0.0}", $"{p.P95Ms:0.0}", $"{p.MaxMs:0.0}",
                    p.Policy == "oracle" ? "" : $"{p.RegretMs:0.0}", p.Policy == "oracle" ? "" : $"{p.RegretP95Ms:0.0}", $"{p.Switches}", $"{p.Fallbacks}", Markup.Escape(p.Plan ?? ""));
            }
        }

        console.Write(table);
        console.WriteLine("Simulated from the profile's times and the trace; regret is the latency beyond that of an oracle that knows the trace.");
    }
}
