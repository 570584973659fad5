namespace Isthmus.Core.Codec;

/// <summary>
/// What a magnitude is predicted from. Compass points are neighbours in the same channel: north is the row above, west the value before.
/// </summary>
internal static class DenseFeature
{
    public const int West = 0;
    public const int WestWest = 1;

    /// <summary>The mean of what was coded of this channel so far, with the trained mean counted as <see cref="DenseState.PriorCount"/> values.</summary>
    public const int RunningMean = 2;
    public const int North = 3;
    public const int NorthWest = 4;
    public const int NorthEast = 5;
    public const int NorthNorth = 6;

    /// <summary>A fading mean over the channels before, at this position.</summary>
    public const int Position = 7;

    /// <summary>The reference channel at this position.</summary>
    public const int Reference = 8;

    /// <summary>Sum of the reference channel's values east and south of this position.</summary>
    public const int ReferenceAhead = 9;

    /// <summary>Sum of the reference channel's values west and north of this position.</summary>
    public const int ReferenceBehind = 10;

    /// <summary>The second reference channel at this position; the two after it are as for the first.</summary>
    public const int Second = 11;
    public const int SecondAhead = 12;
    public const int SecondBehind = 13;

    public const int Count = 14;
}
