using System.Collections.Immutable;

namespace Isthmus.Runtime.Calibration;

/// <summary>A <see cref="CurveTally"/> as the journal keeps it.</summary>
internal sealed record CurveTallyState(
    string Family, ImmutableArray<int> Images, ImmutableArray<ImmutableArray<int>> Right, ImmutableArray<int> Agree, ImmutableArray<ImmutableArray<int>> RightInBin);
