using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Methods;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Cli.Console;

/// <summary>What the planner is asked, as command-line flags, for every command that plans.</summary>
internal sealed class PlanningOptions
{
    private readonly Option<string> _objective = new("--objective")
    {
        Description = "What to minimise: latency, traffic, accuracy (its loss, then the latency), throughput (the longest stage), energy, price, or weighted: with any of ms=, kB=, J=, price=, period= and loss=, such as weighted:ms=1,J=2; weighted:λ,μ is ms=λ,kB=μ; satisfaction:wa,wc,T is loss=wa,ms=wc/T.",
        HelpName = "objective",
        DefaultValueFactory = _ => "latency",
    };

    private readonly Option<double?> _maxLoss = new("--max-loss")
    {
        Description = "The largest share of answers that may change, 0 to 1; 1 is any, and the default if the objective weighs the loss.",
        DefaultValueFactory = _ => 0.02,
        HelpName = "share",
    };
    private readonly Option<long?> _maxBytes = new("--max-bytes") { Description = "The most bytes that may leave the device for one picture (default: any).", HelpName = "bytes" };
    private readonly Option<double?> _maxMs = new("--max-ms") { Description = "The longest predicted latency in milliseconds (default: any).", HelpName = "ms" };
    private readonly Option<string?> _tiers = new("--tiers") { Description = "The tiers that may compute, such as device,edge (default: all).", HelpName = "tiers" };
    private readonly Option<string[]> _forbid = new("--forbid") { Description = "A node that may compute nothing; may be given again.", HelpName = "node", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _require = new("--require") { Description = "A node that must compute something; may be given again.", HelpName = "node", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _requireTier = new("--require-tier") { Description = "A tier that must compute something; may be given again.", HelpName = "tier", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _forbidTier = new("--forbid-tier") { Description = "A tier that may compute nothing; may be given again.", HelpName = "tier", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _place = new("--place") { Description = "Where a layer must be computed, 10=edge, or must not, 10!=device; may be given again.", HelpName = "layer", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _maxTierTime = new("--max-tier-time") { Description = "The most that a tier may compute, edge=50ms, or edge=30% of what all tiers do; may be given again.", HelpName = "limit", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _maxTierBytes = new("--max-tier-bytes") { Description = "The most bytes that may leave a tier, device=1MB; may be given again.", HelpName = "limit", DefaultValueFactory = _ => [] };
    private readonly ScissionOptions _scission = new();
    private readonly Option<bool> _private = new("--private") { Description = "The raw picture may not leave the device: the device computes the first segment." };

    private readonly Option<string> _method = new("--method")
    {
        Description = "What may be chosen: " + string.Join(", ", PlanningMethods.All.Select(m => m.Name)) + ".",
        HelpName = "method",
        DefaultValueFactory = _ => "all",
    };

    private readonly Option<string?> _codecs = new("--codecs") { Description = "The codecs that may be chosen, such as raw,huffman:4 (default: all in the profile).", HelpName = "codecs" };
    private readonly Option<string?> _inputs = new("--inputs") { Description = "The forms in which the picture may cross, such as file,jpeg:75 (default: all in the profile).", HelpName = "inputs" };

    private PlanningOptions()
    {
    }

    /// <summary>Adds the flags to a command; <see cref="Read"/> gives their values.</summary>
    public static PlanningOptions AddTo(Command command)
    {
        PlanningOptions o = new();
        foreach (Option option in new Option[] { o._objective, o._maxLoss, o._maxBytes, o._maxMs, o._tiers, o._forbid, o._private, o._method, o._codecs, o._inputs })
            command.Options.Add(option);
        foreach (Option option in new Option[] { o._require, o._requireTier, o._forbidTier, o._place, o._maxTierTime, o._maxTierBytes })
            command.Options.Add(option);
        o._scission.AddTo(command);
        return o;
    }

    /// <summary>Whether the user has named an objective.</summary>
    public bool HasObjective(ParseResult parsed) => parsed.GetResult(_objective) is { Implicit: false };

    /// <summary>Whether the user has said which loss is accepted.</summary>
    public bool HasMaxLoss(ParseResult parsed) => parsed.GetResult(_maxLoss) is { Implicit: false };

    /// <summary>The name of the method that was asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="otherwise">What it is if none was asked for.</param>
    public string Method(ParseResult parsed, string otherwise = "all") => MethodOf(parsed, otherwise).Name;

    /// <summary>What the user asks of a profile.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="index">The profile.</param>
    /// <param name="otherwise">The method if none was asked for.</param>
    /// <exception cref="IsthmusException">A value is not of its form, or names what the profile does not know.</exception>
    public PlanningRequest Read(ParseResult parsed, ProfileIndex index, string otherwise = "all")
    {
        SearchSpace chosen = new()
        {
            Codecs = List(parsed.GetValue(_codecs), CodecSpec.Parse),
            Inputs = List(parsed.GetValue(_inputs), InputEncoding.Parse),
        };
        IPlanningMethod method = MethodOf(parsed, otherwise);
        Objective objective = Objective.Parse(parsed.GetValue(_objective)!);
        return new(index)
        {
            Objective = objective,
            Space = method.Space.Narrow(chosen),
            Terms = method.Terms,
            Segments = method.Segments,
            Constraints = _scission.Add(parsed, index.Profile, new()
            {
                // Who weighs the loss has said what it is worth.
                MaxAccuracyLoss = objective.PerLoss > 0 && parsed.GetResult(_maxLoss) is not { Implicit: false } ? null : parsed.GetValue(_maxLoss),
                MaxBytes = parsed.GetValue(_maxBytes) is { } bytes ? new ByteCount(bytes) : null,
                MaxLatency = parsed.GetValue(_maxMs) is { } ms ? new Milliseconds(ms) : null,
                Tiers = List(parsed.GetValue(_tiers), TierName.Parse),
                ForbiddenNodes = [.. parsed.GetValue(_forbid)!],
                KeepInputOnDevice = parsed.GetValue(_private),
                RequiredNodes = [.. parsed.GetValue(_require)!.Distinct()],
                RequiredTiers = Each(parsed.GetValue(_requireTier)!, TierName.Parse),
                ForbiddenTiers = Each(parsed.GetValue(_forbidTier)!, TierName.Parse),
                Placements = Each(parsed.GetValue(_place)!, LayerPlacement.Parse),
                MaxTierTime = Each(parsed.GetValue(_maxTierTime)!, TierTimeLimit.Parse),
                MaxTierBytes = Each(parsed.GetValue(_maxTierBytes)!, TierByteLimit.Parse),
            }),
        };
    }

    private IPlanningMethod MethodOf(ParseResult parsed, string otherwise) =>
        PlanningMethods.Get(parsed.GetResult(_method) is { Implicit: false } ? parsed.GetValue(_method)! : otherwise);

    private static ImmutableArray<T>? List<T>(string? text, Func<string, T> parse) => text is null ? null
        : [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(parse).Distinct()];

    // What may be given again may also be joined by commas.
    private static ImmutableArray<T> Each<T>(string[] texts, Func<string, T> parse) =>
        [.. texts.SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(parse).Distinct()];
}
