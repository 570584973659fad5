using System.Collections.Immutable;

namespace Isthmus.Runtime.Calibration;

/// <summary>A <see cref="SettingTally"/> as the journal keeps it.</summary>
internal sealed record TallyState(
    string Setting, int Seen, long Bytes, int Differ, int Right1, int Right5, int Lost1, int Gained1, int Lost5, int Gained5, bool Stopped,
    ImmutableArray<double> Stakes, ImmutableArray<double> Encode, ImmutableArray<double> Decode);
