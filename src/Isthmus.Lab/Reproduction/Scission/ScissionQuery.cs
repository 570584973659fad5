using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Methods;
using Isthmus.Core.Profiling;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>A question in Scission's form: its two files, a network, criteria for each tier.</summary>
/// <param name="Benchmarks">The file of measurements.</param>
/// <param name="Links">The table of links.</param>
/// <param name="Model">The network.</param>
/// <param name="Device">Criteria for the device; empty for none.</param>
/// <param name="Edge">Criteria for the edge.</param>
/// <param name="Cloud">Criteria for the cloud.</param>
/// <param name="Megabytes">The size of the picture.</param>
public sealed record ScissionQuery(string Benchmarks, string Links, string Model, string Device = "", string Edge = "", string Cloud = "", double Megabytes = 0.15)
{
    /// <summary>How many answers are asked for: five, as in the original.</summary>
    public const int Top = 5;

    /// <summary>The same question for the command line.</summary>
    public ImmutableArray<string> Arguments =>
    [
        "plan", Benchmarks, "--scission-links", Links, "--scission-model", Model, "--scission-input", $"{Megabytes}", "--top", $"{Top}",
        .. Criteria.SelectMany(c => new[] { $"--criteria-{TierName.Of(c.Tier)}", c.Text }),
    ];

    /// <summary>The same question as others may read it: where the files lie on this machine is nobody's business.</summary>
    public ScissionQuery WithoutFolders() => this with { Benchmarks = Path.GetFileName(Benchmarks), Links = Path.GetFileName(Links) };

    /// <summary>The same question for the planner; reads both files.</summary>
    /// <exception cref="Core.Errors.IsthmusException">A file is not of its form, or a criterion names what there is not.</exception>
    public PlanningRequest Request() => Request(ScissionBenchmarks.Load(Benchmarks), ScissionLinks.Load(Links));

    /// <summary>The same question about files that are read already.</summary>
    /// <exception cref="Core.Errors.IsthmusException">A criterion names what there is not.</exception>
    public PlanningRequest Request(ScissionBenchmarks benchmarks, ImmutableArray<LinkProfile> links)
    {
        ArgumentNullException.ThrowIfNull(benchmarks);
        Profile profile = benchmarks.ToProfile(Model, links, ScissionCriteria.ParseMegabytes(Megabytes));
        ScissionPaper method = new();
        return new(profile)
        {
            Space = method.Space,
            Terms = method.Terms,
            Segments = method.Segments,
            Constraints = Criteria.Aggregate(Constraints.None, (c, tier) => ScissionCriteria.Add(c, tier.Tier, tier.Text, profile)),
            Top = Top,
        };
    }

    private IEnumerable<(Tier Tier, string Text)> Criteria =>
        new[] { (Tier.Device, Device), (Tier.Edge, Edge), (Tier.Cloud, Cloud) }.Where(c => c.Item2.Length > 0);
}
