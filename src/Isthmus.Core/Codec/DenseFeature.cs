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

    /// <summary>
    /// The first reference channel at this position; then the sum of its values east and south of it, and of those west and north of it. The
    /// same three for each of the <see cref="Wide"/> first reference channels.
    /// </summary>
    public const int Reference = 8;

    /// <summary>Reference channels whose neighbours count too.</summary>
    public const int Wide = 2;

    /// <summary>Features of a reference channel whose neighbours count.</summary>
    public const int PerWide = 3;

    /// <summary>Each of the other reference channels at this position.</summary>
    public const int Others = Reference + (Wide * PerWide);

    /// <summary>Reference channels.</summary>
    public const int References = 16;

    public const int Count = Others + References - Wide;

    /// <summary>The feature that is a reference channel's value at this position.</summary>
    public static int Of(int reference) => reference < Wide ? Reference + (PerWide * reference) : Others + reference - Wide;
}
