using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Dag;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;
using Spectre.Console;
using Profile = Isthmus.Core.Profiling.Profile;

namespace Isthmus.Cli.Commands;

/// <summary>`mincut`: measures operators, finds the best cuts of a network with branches, measures those as a whole, and plans with them.</summary>
internal sealed class MinCutCommand : ICommandFactory
{
    private readonly ModelArguments _model = new();
    private readonly Option<string> _profile = new("--profile") { Description = "The profile that 'isthmus profile' wrote, of the same nodes.", Required = true, HelpName = "FILE" };
    private readonly Option<string> _images = new("--images") { Description = "Folder of images of the kind that will be asked about, or one image.", Required = true, HelpName = "DIR" };
    private readonly Option<string> _codecs = new("--codecs") { Description = "Codecs that tensors may take, separated by commas.", DefaultValueFactory = _ => "raw,huffman:8,fast:4", HelpName = "LIST" };
    private readonly Option<string[]> _links = new("--link") { Description = "A link as it is, FROM-TO=RATE,RTT, such as device-edge=8mbit,20ms; may be given again (default: as profiled).", DefaultValueFactory = _ => [], HelpName = "LINK" };
    private readonly Option<string[]> _pins = new("--pin") { Description = "TENSOR=NODE: the operator that makes the tensor has to be on that node; may be given again.", DefaultValueFactory = _ => [], HelpName = "PIN" };
    private readonly Option<bool> _private = new("--private") { Description = "The raw picture may not leave the device." };
    private readonly Option<string> _objective = new("--objective") { Description = "What the written plan is the best for: latency or throughput.", DefaultValueFactory = _ => "latency", HelpName = "objective" };
    private readonly Option<double> _maxLoss = new("--max-loss") { Description = "The largest share of answers that may change in the written plan, as measured.", DefaultValueFactory = _ => 0.02, HelpName = "share" };
    private readonly Option<int> _samples = new("--samples") { Description = "How many of the images sizes and losses come from.", DefaultValueFactory = _ => 4, HelpName = "N" };
    private readonly Option<int> _most = new("--proposals") { Description = "How many of the proposals of each objective are measured as a whole.", DefaultValueFactory = _ => 2, HelpName = "N" };
    private readonly Option<double> _limit = new("--time-limit") { Description = "Seconds that each search for the shortest longest stage may take.", DefaultValueFactory = _ => 1, HelpName = "S" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write the profile with the new cuts to a file.", HelpName = "FILE" };
    private readonly Option<string?> _plan = new("--plan") { Description = "Write the best measured plan to a file, for 'isthmus run --plan'.", HelpName = "FILE" };

    /// <inheritdoc/>
    public Command Create()
    {
        Command command = new("mincut", "Find the best cuts of a network with branches from operators' measured times, for latency and for pipelined streams; measure them as a whole, and plan with them.");
        _model.AddTo(command, withDimensions: false);
        foreach (Option option in new Option[] { _profile, _images, _codecs, _links, _pins, _private, _objective, _maxLoss, _samples, _most, _limit, _output, _plan }) command.Options.Add(option);
        TierOptions tiers = TierOptions.AddTo(command, withSlowdown: false);
        SessionOptions session = SessionOptions.AddTo(command);
        ManifestOptions manifest = ManifestOptions.AddTo(command);
        return command.Runs(run => RunAsync(run, tiers, session, manifest));
    }

    private async Task RunAsync(Invocation run, TierOptions tierOptions, SessionOptions session, ManifestOptions manifest)
    {
        string objective = run.Options.GetValue(_objective)!;
        if (objective is not ("latency" or "throughput")) throw new IsthmusException(ErrorKind.Usage, $"'{objective}' is no objective of a minimum cut: choose latency or throughput.");
        if (run.Options.GetValue(_most) is < 1 or > 20) throw new IsthmusException(ErrorKind.Usage, "--proposals is 1 to 20.");
        if (run.Options.GetValue(_limit) is not (> 0 and <= 3600)) throw new IsthmusException(ErrorKind.Usage, "--time-limit is more than 0, and at most 3600 seconds.");
        Network network = _model.LoadNetwork(run, manifest);
        Profile profile = ProfileFile.Load(run.Options.GetValue(_profile)!, network.Model.Hash);
        NodeProfile device = profile.Nodes.First(n => n.Tier == Tier.Device);
        ProfilerOptions options = new()
        {
            Samples = run.Options.GetValue(_samples),
            Slowdown = device.Slowdown,
            Session = session.Read(run.Options),
            Codecs = [.. run.Options.GetValue(_codecs)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(CodecSpec.Parse).Distinct()],
        };
        options.Validate();
        ImmutableDictionary<string, string> pins = Pins(run.Options.GetValue(_pins)!);
        string[] images = [.. LabelledImages.Load(run.Options.GetValue(_images)!).Select(i => i.Path)];
        using Tiers tiers = await Tiers.ConnectAsync(tierOptions.Read(run.Options), profile, cancellationToken: run.CancellationToken);
        foreach (RemoteNode node in tiers.Nodes.Where(n => n.Breaker.IsOpen)) run.Note($"{node.Breaker.Reason} It is left out.");
        ImmutableArray<LinkProfile> links = [.. run.Options.GetValue(_links)!.Select(l => LinkOption.Parse(l, profile))];
        (MeasuredOperators operators, ImmutableArray<DagProposal> proposals, Profile grown) = await run.WithProgressAsync("Cutting", async progress =>
        {
            ModelAnalysis analysis = await Task.Run(() => ModelAnalysis.Analyse(network.Model, progress: null, run.CancellationToken), run.CancellationToken);
            MeasuredOperators measured = await new OperatorProfiler(network, analysis, tiers, ProfileIndex.Of(profile), options).MeasureAsync(images, progress, run.CancellationToken);
            ImmutableArray<DagProposal> found = DagProposals.Find(
                new CostModel(ProfileIndex.Of(profile), links), measured, options.Codecs, run.Options.GetValue(_private), pins,
                new() { TimeLimit = TimeSpan.FromSeconds(run.Options.GetValue(_limit)) }, run.CancellationToken);
            // One codec each: what a codec does to answers is only known once its cut was measured.
            ImmutableArray<DagProposal> chosen = [.. found.GroupBy(p => p.Objective).SelectMany(g => g.DistinctBy(p => (p.Codec, p.Route.Nodes.Length)).Take(run.Options.GetValue(_most)))];
            return (measured, chosen, await new CutProfiler(network, analysis, tiers, profile, options).MeasureAsync(chosen, images, progress, run.CancellationToken));
        });

        CostModel costs = new(ProfileIndex.Of(grown), links);
        Row[] rows = [.. proposals.Select(p => Row.Of(costs, grown, p))];
        Row? best = rows.Where(r => r.Loss <= run.Options.GetValue(_maxLoss) + 1e-9)
            .MinBy(r => objective == "latency" ? r.Latency.Value : r.Period.Value);
        RankedPlan? known = Known(profile, links, run.Options.GetValue(_private), run.Options.GetValue(_maxLoss));
        if (run.Options.GetValue(_output) is { } output)
        {
            ProfileFile.Save(output, grown);
            run.Note($"The profile with the new cuts is in {output}.");
        }

        if (run.Options.GetValue(_plan) is { } path)
        {
            if (best is null) throw new IsthmusException(ErrorKind.Planning, $"No proposal loses at most {run.Options.GetValue(_maxLoss):P1} of the answers: allow more with --max-loss, or other codecs.");
            PlanFile.Save(path, best.Plan);
            run.Note($"The best measured plan is in {path}.");
        }

        run.Result(
            new
            {
                model = profile.ModelName,
                sha256 = profile.Model,
                operators = operators.Graph.Operators.Length,
                tensors = operators.Graph.Tensors.Length,
                namedShare = operators.NamedShare,
                proposals = rows.Select(r => r.Json(grown)),
                best = best?.Plan.Describe(),
                knownBest = known is null ? null : new { plan = known.Plan.Describe(), latencyMs = known.Latency },
                emulated = grown.Links.Any(l => l.Emulated) || links.Length > 0 || grown.Nodes.Any(n => n.Slowdown != 1),
            },
            console => Draw(console, operators, rows, known));
    }

    // The best of what the profile knew before.
    private static RankedPlan? Known(Profile profile, ImmutableArray<LinkProfile> links, bool isPrivate, double maxLoss)
    {
        try
        {
            return Planner.Plan(new PlanningRequest(profile) { Links = links, Constraints = new() { MaxAccuracyLoss = maxLoss, KeepInputOnDevice = isPrivate }, Top = 1, WithPareto = false }).Winner;
        }
        catch (InfeasiblePlanException)
        {
            return null;
        }
    }

    private static ImmutableDictionary<string, string> Pins(string[] texts)
    {
        ImmutableDictionary<string, string>.Builder pins = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            int equals = text.LastIndexOf('=');
            if (equals < 1 || equals == text.Length - 1) throw new IsthmusException(ErrorKind.Usage, $"'{text}' is no pin: write it as TENSOR=NODE, such as branch/relu=edge.");
            pins[text[..equals]] = text[(equals + 1)..];
        }

        return pins.ToImmutable();
    }

    private static void Draw(IAnsiConsole console, MeasuredOperators operators, Row[] rows, RankedPlan? known)
    {
        console.MarkupLineInterpolated($"{operators.Graph.Operators.Length} operators that can be parted, {operators.Graph.Tensors.Length} tensors between them; of the kernels' time {string.Join(", ", operators.NamedShare.Select(s => $"{s.Value:P0} on {s.Key}"))} is that of known operators.");
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("best for", "plan", "tensors that cross");
        foreach (string column in new[] { "latency by operators", "measured", "longest stage by operators", "measured", "gap", "loss" }) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (Row row in rows)
        {
            DagPartition partition = row.Proposal.Answer.Partition;
            table.AddRow(
                row.Proposal.Objective, Markup.Escape(row.Plan.Describe()), Markup.Escape(string.Join("; ", row.Proposal.Cuts.Select(c => string.Join(", ", c)))),
                new Milliseconds(partition.Latency).ToString(), row.Latency.ToString(), new Milliseconds(partition.Period).ToString(), row.Period.ToString(), $"{row.Proposal.Answer.Gap:P1}", $"{row.Loss:P1}");
        }

        console.Write(table);
        if (known is not null) console.MarkupLineInterpolated($"The best plan for latency without these cuts: {known.Plan.Describe()}, {known.Latency}.");
    }

    // A proposal, and what its segments took when they were measured as a whole.
    private sealed record Row(DagProposal Proposal, Plan Plan, Milliseconds Latency, Milliseconds Period, double Loss)
    {
        public static Row Of(CostModel costs, Profile profile, DagProposal proposal)
        {
            Plan plan = CutProfiler.PlanOf(profile, proposal);
            return new(proposal, plan, costs.Cost(plan).Total, PipelineStages.Longest(PipelineStages.Of(costs, plan)).Time, costs.AccuracyLoss(plan));
        }

        public object Json(Profile profile) => new
        {
            Proposal.Objective,
            route = Proposal.Route.Nodes,
            plan = Plan.Describe(),
            codec = Proposal.Codec,
            input = Proposal.Input,
            cuts = Proposal.Cuts.Select(c => new { id = CutProfiler.Find(profile, c), tensors = c }),
            byOperators = new { latencyMs = Proposal.Answer.Partition.Latency, periodMs = Proposal.Answer.Partition.Period, stages = Proposal.Answer.Partition.Compute, links = Proposal.Answer.Partition.Send },
            measured = new { latencyMs = Latency, periodMs = Period },
            minimumCuts = Proposal.Answer.Cuts,
            gap = Proposal.Answer.Gap,
            loss = Loss,
        };
    }
}
