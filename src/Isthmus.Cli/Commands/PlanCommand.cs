using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Cli.Commands;

/// <summary>`plan`: from a profile to the best plan, with the reason.</summary>
internal sealed class PlanCommand : ICommandFactory
{
    public Command Create()
    {
        Argument<string> file = new("profile") { Description = "The profile that 'isthmus profile' wrote." };
        Option<string[]> links = new("--link") { Description = "A link as it is now, FROM-TO=RATE,RTT, such as device-edge=8mbit,20ms; may be given again (default: as profiled).", HelpName = "link", DefaultValueFactory = _ => [] };
        Option<int> top = new("--top") { Description = "How many plans to rank.", HelpName = "count", DefaultValueFactory = _ => 10 };
        Option<string?> output = new("--output", "-o") { Description = "Write the best plan to a file, for 'isthmus run --plan'.", HelpName = "file" };
        Command command = new("plan", "Find the best plan for a profile: where to cut or not, which codec, which nodes; ranked, with the Pareto set and the reason.") { file, links, top, output };
        PlanningOptions planning = PlanningOptions.AddTo(command);
        return command.Runs(run =>
        {
            Profile profile = ProfileFile.Load(run.Options.GetValue(file)!);
            PlanningRequest request = planning.Read(run.Options, ProfileIndex.Of(profile)) with
            {
                Links = [.. run.Options.GetValue(links)!.Select(l => LinkOption.Parse(l, profile))],
                Top = run.Options.GetValue(top),
            };
            PlanningResult result = Planner.Plan(request);
            string? path = run.Options.GetValue(output);
            if (path is not null)
            {
                PlanFile.Save(path, result.Winner.Plan);
                run.Note($"The best plan is in {path}.");
            }

            run.Result(
                new
                {
                    model = profile.ModelName,
                    sha256 = profile.Model,
                    objective = request.Objective.ToString(),
                    method = planning.Method(run.Options),
                    winner = PlanOutput.Winner(result, request.Index),
                    ranked = result.Ranked.Select(PlanOutput.Row),
                    pareto = result.Pareto.Select(PlanOutput.Row),
                    emulated = profile.Links.Any(l => l.Emulated) || request.Links.Length > 0 || profile.Nodes.Any(n => n.Slowdown != 1),
                },
                console => PlanOutput.Draw(console, request, result));
            return Task.CompletedTask;
        });
    }
}
