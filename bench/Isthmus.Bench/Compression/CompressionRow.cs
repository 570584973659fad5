using System.Collections.Immutable;

namespace Isthmus.Bench.Compression;

/// <summary>What was measured at one cut.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="Network">The network.</param>
/// <param name="Cut">The cut's id.</param>
/// <param name="Tensors">What crosses.</param>
/// <param name="Shapes">Their shapes.</param>
/// <param name="Values">How many values they have together.</param>
/// <param name="MacShare">Share of the multiply-accumulates before the cut.</param>
/// <param name="ZeroShare">Share of zeros.</param>
/// <param name="Photographs">How many photographs were used.</param>
/// <param name="WholeTop1">Top-1 of the whole network on them; null without labels.</param>
/// <param name="Settings">What was measured: the floor codec, JALAD's, the others.</param>
/// <param name="Published">The floor codec beside what was published of it.</param>
/// <param name="AgainstFloor">For each setting of the floor codec and each other codec but JALAD's: bytes at equal agreement.</param>
/// <param name="AgainstJalad">For each setting of JALAD's codec with at least 90 % agreement that no smaller one of it equals: bytes at equal agreement.</param>
/// <param name="AgainstJaladTop1">The same at equal loss of top-1 accuracy; empty without labels.</param>
/// <param name="SmallestBelowOnePoint">By codec: the setting with the fewest bytes that loses less than a point of top-1.</param>
public sealed record CompressionRow(
    string Name, string Network, string Cut, ImmutableArray<string> Tensors, ImmutableArray<string> Shapes, long Values, double MacShare, double ZeroShare,
    int Photographs, double? WholeTop1, ImmutableArray<MeasuredSetting> Settings, ImmutableArray<Reproduction> Published,
    ImmutableArray<EqualAgreement> AgainstFloor, ImmutableArray<EqualAgreement> AgainstJalad, ImmutableArray<EqualLoss> AgainstJaladTop1, ImmutableArray<MeasuredSetting> SmallestBelowOnePoint)
{
    // JALAD's settings that change more answers than this are of no use to anybody.
    private const double UsefulLoss = 0.1;

    /// <summary>What comes behind a codec's name where it uses trained tables.</summary>
    internal const string TablesSuffix = "+tables";

    /// <summary>Bytes of trained tables that both sides must have before the first frame; null if no codec uses any. They are not in the settings' bytes.</summary>
    public double? TablesBytes { get; init; }

    /// <summary>For each setting of the floor codec and each other codec but JALAD's: bytes at equal divergence of the answers.</summary>
    public ImmutableArray<EqualDivergence> AtFloorsDivergence { get; init; } = [];

    /// <summary>Adds the comparisons to what was measured.</summary>
    public CompressionRow Compared(ImmutableArray<PublishedFigure> published)
    {
        ILookup<string, MeasuredSetting> kinds = Settings.ToLookup(s => s.Kind);
        string[] ours = [.. kinds.Select(k => k.Key).Where(k => k is not (FloorKind or JaladKind or "raw" or "half"))];
        MeasuredSetting[] useful = [.. kinds[JaladKind].Where(s => s.Agreement >= 1 - UsefulLoss)];
        return this with
        {
            Published = [.. from p in published from s in kinds[FloorKind] where s.Codec == $"{FloorKind}:{p.Levels}" select new Reproduction(s.Codec, p, s)],
            AgainstFloor = [.. from floor in kinds[FloorKind] from kind in ours select EqualAgreement.Of(floor, kind, [.. kinds[kind]])],
            AtFloorsDivergence = [.. from floor in kinds[FloorKind] from kind in ours let equal = EqualDivergence.Of(floor, kind, kinds[kind]) where equal is not null select equal],
            AgainstJalad = [.. from j in useful where !useful.Any(o => o.Bytes < j.Bytes && o.Agreement >= j.Agreement) from kind in ours select EqualAgreement.Of(j, kind, [.. kinds[kind]])],
            AgainstJaladTop1 = [.. from j in useful where j.Loss is not null && !useful.Any(o => o.Bytes < j.Bytes && o.Loss <= j.Loss) from kind in ours select EqualLoss.Of(j, kind, [.. kinds[kind]])],
            SmallestBelowOnePoint = [.. from kind in kinds where kind.Key != FloorKind let best = kind.Where(s => s.Loss < 0.01).MinBy(s => s.Bytes) where best is not null select best],
        };
    }

    internal const string FloorKind = "floor", JaladKind = "huffman";
}
