using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;
using Isthmus.Tests.Shared;

namespace Isthmus.Runtime.Tests.Adaptive;

/// <summary>Tiers whose links and failures a test sets, with no node behind them.</summary>
internal sealed class ChangingTiers(Profile profile) : ITierState
{
    public static Profile Example { get; } = ProfileFile.Load(Path.Combine(DevelopmentData.Repository, "samples", "planning", "example-profile.json"));

    public ImmutableArray<string> NodeNames { get; set; } = [.. profile.Nodes.Where(n => n.Tier != Tier.Device).Select(n => n.Name)];

    public HashSet<string> Excluded { get; } = [];

    public ImmutableArray<LinkProfile> Links { get; set; } = profile.Links;

    public bool IsExcluded(string node) => Excluded.Contains(node);

    public ImmutableArray<LinkProfile> CurrentLinks() => Links;

    /// <summary>Makes every link this many times as fast as profiled.</summary>
    public void Scale(double factor) => Links = [.. profile.Links.Select(l => l with { Bandwidth = new BitsPerSecond(l.Bandwidth.Value * factor) })];

    /// <summary>Changes something at random.</summary>
    public void Shake(Random random)
    {
        Links = [.. profile.Links.Select(l => l with { RoundTrip = new(l.RoundTrip.Value * random.NextDouble() * 3), Bandwidth = new(l.Bandwidth.Value * Math.Pow(10, (random.NextDouble() * 3) - 2)) })];
        foreach (string node in NodeNames)
        {
            if (random.Next(8) == 0) Excluded.Add(node);
            else Excluded.Remove(node);
        }
    }
}
