using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Runtime.Fleets;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;
using Spectre.Console;
using Profile = Isthmus.Core.Profiling.Profile;

namespace Isthmus.Cli.Commands;

/// <summary>`fleet profile`: measures networks on every node of a fleet.</summary>
internal sealed class FleetProfileCommand : ICommandFactory
{
    private readonly Argument<string> _file = new("FLEET") { Description = "The fleet, a YAML or JSON file." };
    private readonly Argument<string[]> _models = new("MODEL") { Description = "The ONNX files.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _images = new("--images") { Description = "Folder of images of the kind that will be asked about, or one image.", Required = true, HelpName = "DIR" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Folder for the profiles, one NAME.profile.json for each model.", DefaultValueFactory = _ => ".", HelpName = "DIR" };
    private readonly Option<bool> _verify = new("--verify") { Description = "Then carry the best plan out for real, and let the profile count what that shows." };
    private readonly Option<int> _requests = new("--requests") { Description = "Requests of each plan that is verified.", DefaultValueFactory = _ => 10, HelpName = "N" };

    public Command Create()
    {
        Command command = new("profile", "Measure networks on every node of a fleet by its own API: different machines at the same time, never two measurements on one. Goes on where it ended if it was interrupted.")
        {
            _file, _models, _images, _output, _verify, _requests,
        };
        ProfilingOptions profiling = ProfilingOptions.AddTo(command);
        SessionOptions session = SessionOptions.AddTo(command);
        ManifestOptions manifest = ManifestOptions.AddTo(command);
        return command.Runs(inv => RunAsync(inv, profiling, session, manifest));
    }

    private async Task RunAsync(Invocation inv, ProfilingOptions profiling, SessionOptions session, ManifestOptions manifest)
    {
        Fleet fleet = FleetFile.Load(inv.Options.GetValue(_file)!);
        string[] models = inv.Options.GetValue(_models)!;
        string folder = inv.Options.GetValue(_output)!;
        // Everything that can be wrong without measuring is found first.
        List<(Network Network, string Output, ProfilerOptions Options)> work = [];
        foreach (string model in models)
        {
            Network network = Network.Load(model, manifest.Read(inv.Options));
            string output = Path.Combine(folder, Path.GetFileNameWithoutExtension(model) + ".profile.json");
            if (work.Any(w => w.Output == output)) throw new IsthmusException(ErrorKind.Usage, $"Two models are called {Path.GetFileNameWithoutExtension(model)}: profile them into different folders.");
            ProfilerOptions options = profiling.Read(inv.Options, network.Model.Hash, models.Length > 1) with
            {
                Slowdown = fleet.Local?.Slowdown ?? 1,
                Session = session.Read(inv.Options),
                Journal = output + ".journal",
                KeepsJournal = true,
                LeavesOutWhatFails = true,
            };
            options.Validate();
            work.Add((network, output, options));
        }

        string[] images = [.. LabelledImages.Load(inv.Options.GetValue(_images)!).Select(i => i.Path)];
        List<ModelOutcome> outcomes = [];
        foreach ((Network network, string output, ProfilerOptions options) in work)
        {
            string what = work.Count == 1 ? "Profiling" : $"Profiling {network.Model.Name} ({outcomes.Count + 1} of {work.Count})";
            ModelOutcome outcome = await ProfileAsync(inv, what, fleet, network, output, options, images);
            outcomes.Add(outcome);
            foreach (LeftOut left in outcome.LeftOut) inv.Note($"{left.Node} is left out of {Path.GetFileName(output)}: {left.Reason}");
        }

        // Only now: an interrupted run of several models goes on with all of them.
        foreach ((_, _, ProfilerOptions options) in work) File.Delete(options.Journal!);
        inv.Result(
            new { fleet = inv.Options.GetValue(_file), profiles = outcomes.Select(o => new { model = o.Network.Model.Name, sha256 = o.Network.Model.Hash, o.File, o.LeftOut, o.BlockSums, o.Verifications, o.Profile }) },
            console => Draw(console, outcomes));
    }

    private async Task<ModelOutcome> ProfileAsync(Invocation inv, string what, Fleet fleet, Network network, string output, ProfilerOptions options, string[] images)
    {
        (Profile profile, ImmutableArray<LeftOut> leftOut) = await inv.WithProgressAsync(what, async progress =>
        {
            using Tiers tiers = await Tiers.ConnectFleetAsync(fleet, cancellationToken: inv.CancellationToken);
            ModelAnalysis analysis = await Task.Run(() => ModelAnalysis.Analyse(network.Model, progress: null, inv.CancellationToken), inv.CancellationToken);
            Profile measured = await new Profiler(network, analysis, tiers, options).MeasureAsync(images, progress, inv.CancellationToken);
            return (measured, tiers.Nodes.Where(n => measured.Nodes.All(p => p.Name != n.Name)).Select(n => new LeftOut(n.Name, n.Breaker.Reason ?? "it was not reached")).ToImmutableArray());
        });
        ProfileFile.Save(output, profile);
        ImmutableArray<PlanVerification> verifications = [];
        if (inv.Options.GetValue(_verify))
        {
            if (fleet.Local is null) throw new IsthmusException(ErrorKind.Usage, "This machine is no device of the fleet, so no plan can be verified from here: leave --verify away, or give the fleet a node without a url.");
            verifications = await inv.WithProgressAsync("Verifying", async progress =>
            {
                using Tiers tiers = await Tiers.ConnectFleetAsync(fleet.FromHere(), cancellationToken: inv.CancellationToken);
                PlanVerifier verifier = new(network, tiers, new() { Slowdown = options.Slowdown, Session = options.Session });
                return await verifier.VerifyBestAsync(profile, images, inv.Options.GetValue(_requests), progress: progress, cancellationToken: inv.CancellationToken);
            });
            profile = verifications[^1].Profile;
            ProfileFile.Save(output, profile);
        }

        return new(network, output, leftOut, BlockSum.Of(profile), verifications, profile);
    }

    private static void Draw(IAnsiConsole console, List<ModelOutcome> outcomes)
    {
        foreach (ModelOutcome outcome in outcomes)
        {
            Table nodes = new Table().Border(TableBorder.Simple).AddColumns(outcome.Network.Model.Name, "tier", "whole network", "p95", "sum of blocks", "cold load", "peak memory", "segments", "note");
            for (int i = 2; i < 8; i++) nodes.Columns[i].RightAligned();
            foreach (NodeProfile node in outcome.Profile.Nodes)
            {
                SegmentTiming? whole = node.Segments.FirstOrDefault(s => s is { From: null, To: null });
                BlockSum? sum = outcome.BlockSums.FirstOrDefault(b => b.Node == node.Name);
                string[] cells =
                [
                    node.Name, node.Tier.ToString().ToLowerInvariant(), whole?.Timing.P50.ToString() ?? "", whole?.Timing.P95.ToString() ?? "", sum is null ? "" : $"{sum.Sum} ({sum.Ratio:0.00}×)",
                    whole?.Load?.ToString() ?? "", whole?.PeakMemory is { } peak ? peak.ToString() : "", $"{node.Segments.Length}", node.Slowdown == 1 ? "" : $"emulated: slowed down {node.Slowdown:0.##}×",
                ];
                nodes.AddRow([.. cells.Select(Markup.Escape)]);
            }

            foreach (LeftOut left in outcome.LeftOut) nodes.AddRow(Markup.Escape(left.Node), "", "", "", "", "", "", "", Markup.Escape($"LEFT OUT: {left.Reason}"));
            console.Write(nodes);
            VerificationOutput.Draw(console, outcome.Verifications);
            string expiry = outcome.Profile.Expires is { } end ? $", good until {end:yyyy-MM-dd HH:mm} UTC" : "";
            console.MarkupLineInterpolated($"Written to {outcome.File}{expiry}. Plan with 'isthmus plan {outcome.File}'.");
        }
    }

    private sealed record LeftOut(string Node, string Reason);

    private sealed record ModelOutcome(
        Network Network, string File, ImmutableArray<LeftOut> LeftOut, ImmutableArray<BlockSum> BlockSums, ImmutableArray<PlanVerification> Verifications, Profile Profile);
}
