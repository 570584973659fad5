using System.Collections.Immutable;

namespace Isthmus.Bench.Inputs;

/// <summary>What was measured of a network.</summary>
/// <param name="Network">Its name.</param>
/// <param name="Width">Its input's width in pixels.</param>
/// <param name="Height">Its input's height.</param>
/// <param name="Photographs">How many.</param>
/// <param name="Unseen">How many of them the embedded code's start was not learnt from.</param>
/// <param name="Top1">Share that the network classifies rightly from the picture itself; null without labels.</param>
/// <param name="Settings">The forms.</param>
/// <param name="AtEqualAccuracy">What each family needs.</param>
public sealed record InputRow(
    string Network, int Width, int Height, int Photographs, int Unseen, double? Top1, ImmutableArray<MeasuredInput> Settings, ImmutableArray<EqualAccuracy> AtEqualAccuracy);
