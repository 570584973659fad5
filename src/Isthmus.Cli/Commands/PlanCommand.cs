using System.Collections.Immutable;
using System.CommandLine;
using System.Reflection;
using Isthmus.Cli.Console;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Explaining;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Storage;
using Isthmus.Lab.Reporting.Plans;

namespace Isthmus.Cli.Commands;

/// <summary>`plan`: from a profile to the best plan, with the reason.</summary>
internal sealed class PlanCommand : ICommandFactory
{
    private static string Version => typeof(PlanCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public Command Create()
    {
        Argument<string[]> files = new("profile") { Description = "The profile that 'isthmus profile' wrote; several, to choose among networks for the same task.", Arity = ArgumentArity.OneOrMore };
        Option<string[]> links = new("--link") { Description = "A link as it is now, FROM-TO=RATE,RTT, such as device-edge=8mbit,20ms; may be given again (default: as profiled).", HelpName = "link", DefaultValueFactory = _ => [] };
        Option<int> top = new("--top", "--result-count") { Description = "How many plans to rank.", HelpName = "count", DefaultValueFactory = _ => 10 };
        Option<string?> output = new("--output", "-o") { Description = "Write the best plan to a file, for 'isthmus run --plan'.", HelpName = "file" };
        Option<bool> explain = new("--explain") { Description = "Show the best plan against its neighbours, what each constraint costs, and at which bandwidths another plan wins." };
        Option<string?> report = new("--report") { Description = "Draw the plan with all that --explain shows: one HTML file, nothing to load.", HelpName = "file" };
        Command command = new("plan", "Find the best plan for a profile: where to cut or not, which codec, which nodes; ranked, with the Pareto set and the reason.") { files, links, top, output, explain, report };
        PlanningOptions planning = PlanningOptions.AddTo(command);
        MachineOptions machines = MachineOptions.AddTo(command);
        ScopeOptions scope = ScopeOptions.AddTo(command);
        ExpiryOption expiry = ExpiryOption.AddTo(command);
        ScissionSource scission = ScissionSource.AddTo(command);
        return command.Runs(run =>
        {
            bool isScission = scission.IsAsked(run.Options);
            string otherwise = isScission ? "scission-paper" : "all";
            string[] paths = run.Options.GetValue(files)!;
            Profile measured = isScission ? scission.Load(run.Options, paths) : expiry.Load(run.Options, paths[0]);
            ImmutableArray<ProportionalFit> fits = machines.Fits(run.Options, measured);
            Profile profile = machines.Apply(run.Options, measured, fits);
            ImmutableArray<ProfileIndex> others = [.. paths.Skip(1).Select(f => ProfileIndex.Of(machines.Apply(run.Options, expiry.Load(run.Options, f), fits)))];
            PlanningRequest request = scope.Apply(run.Options, planning.Read(run.Options, ProfileIndex.Of(profile), otherwise), others) with
            {
                Links = [.. run.Options.GetValue(links)!.Select(l => LinkOption.Parse(l, profile))],
                Top = run.Options.GetValue(top),
            };
            foreach (NodeProfile node in profile.Nodes.Where(n => n.Computed is not null && n.Tier != Tier.Device && !profile.Links.Concat(request.Links).Any(l => l.To == n.Name)))
                run.Note($"No link leads to {node.Name}, so it cannot be used: give it one, such as --link device-{node.Name}=8mbit,20ms.");
            PlanningResult result = Planner.Plan(request);
            PlanningRequest chosen = request.Choosing(result.Winner.Plan.Model);
            FullCost? full = request.Terms == CostTerms.Everything || isScission ? null : FullCost.Of(request, result.Winner.Plan);
            string? pictures = run.Options.GetValue(report);
            PlanExplanation? explanation = run.Options.GetValue(explain) || pictures is not null ? PlanExplanation.Of(request, result, run.CancellationToken) : null;
            string? path = run.Options.GetValue(output);
            if (path is not null)
            {
                PlanFile.Save(path, result.Winner.Plan);
                run.Note($"The best plan is in {path}.");
            }

            if (pictures is not null)
            {
                AtomicFile.WriteText(pictures, PlanReport.ToHtml(request, explanation!, TimeProvider.System.GetUtcNow(), Version));
                run.Note($"The pictures are in {pictures}.");
            }

            if (!run.Options.GetValue(explain)) explanation = null;
            ImmutableArray<(ConfidenceTable Table, CascadePolicy Policy)> cascades = CascadeOutput.Of(chosen.Profile, request.Constraints);
            run.Result(
                new
                {
                    model = chosen.Profile.ModelName,
                    sha256 = chosen.Profile.Model,
                    variants = request.Variants.Select(v => new { model = v.Index.Profile.ModelName, sha256 = v.Index.Profile.Model, loss = v.Loss }),
                    objective = request.Objective.ToString(),
                    method = planning.Method(run.Options, otherwise),
                    scission = isScission ? result.Ranked.Select(r => ScissionRow.Of(r, profile)) : null,
                    winner = PlanOutput.Winner(result, chosen.Index),
                    ranked = result.Ranked.Select(PlanOutput.Row),
                    pareto = result.Pareto.Select(PlanOutput.Row),
                    computed = profile.Nodes.Where(n => n.Computed is not null)
                        .Select(n => new { node = n.Name, n.Tier, flops = n.Computed!.Peak, w = n.Computed.Coefficient, profile.Macs }),
                    fits = fits.Select(f => new { f.Node, flops = f.Peak, w = f.Coefficient, f.Segments, rSquared = double.IsNaN(f.RSquared) ? (double?)null : f.RSquared, f.MedianError, f.MaxError }),
                    everythingCounted = full is null ? null : new { predictedMs = full.Chosen?.Latency, best = full.Best?.Plan.Describe(), bestMs = full.Best?.Latency },
                    explanation = explanation is null ? null : ExplanationOutput.Json(explanation, request),
                    imageByImage = cascades.Select(CascadeOutput.Json),
                    emulated = profile.Links.Any(l => l.Emulated) || request.Links.Length > 0 || profile.Nodes.Any(n => n.Slowdown != 1),
                },
                console =>
                {
                    PlanOutput.Draw(console, request, result, fits, full);
                    CascadeOutput.Draw(console, cascades);
                    if (isScission) PlanOutput.DrawAsScission(console, request, result);
                    if (explanation is not null) ExplanationOutput.Draw(console, request, explanation);
                });
            return Task.CompletedTask;
        });
    }
}
