namespace Isthmus.Core.Codec.Pictures;

/// <summary>The coefficients of one frequency in one colour, as a small picture with a border of one zero all around it.</summary>
/// <param name="Component">0 brightness, 1 blue against yellow, 2 red against green.</param>
/// <param name="U">The frequency from left to right, within its stage.</param>
/// <param name="V">The frequency from top to bottom.</param>
/// <param name="Stage">0: the cosine transform of 8 × 8 pixels; 1 and up: the wavelet transform of its means.</param>
/// <param name="Width">Coefficients in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Start">Where the first one lies among all.</param>
internal sealed record PictureBand(int Component, int U, int V, int Stage, int Width, int Height, int Start)
{
    /// <summary>The stage of the coarsest means.</summary>
    public const int Coarsest = PictureLayout.WaveletStages + 1;

    /// <summary>From a coefficient to the one below it.</summary>
    public int Stride => Width + 2;

    /// <summary>Whether there are no coefficients: of a picture one pixel wide.</summary>
    public bool IsEmpty => Width == 0 || Height == 0;

    /// <summary>The square of the frequency, in units of (1/256 of the highest)².</summary>
    public int SquaredFrequency
    {
        get
        {
            if (Stage == Coarsest) return 2;
            (int u, int v) = Stage == 0 ? (U == 0 ? 8 : 32 * U, V == 0 ? 8 : 32 * V) : ((U == 0 ? 16 : 48) >> Stage, (V == 0 ? 16 : 48) >> Stage);
            return (u * u) + (v * v);
        }
    }

    /// <summary>Which frequencies are alike: 0…5, an octave each; 6 more for colour.</summary>
    public int Group => (Component == 0 ? 0 : PictureContexts.FrequencyGroups) + Math.Clamp(((int.Log2(SquaredFrequency) - 7) >> 1) + 1, 0, PictureContexts.FrequencyGroups - 1);

    /// <summary>0: mostly upright edges, 1: mostly level ones, 2: neither.</summary>
    public int Orientation => Stage > 0 ? (U == V ? 2 : U > V ? 0 : 1) : U > 2 * V ? 0 : V > 2 * U ? 1 : 2;

    /// <summary>The length of the finest step, in units of 1/16 of a pixel value.</summary>
    public int Step
    {
        get
        {
            int eighth = 0;
            ReadOnlySpan<byte> shares = PictureLayout.StepShares(Component);
            while (eighth + 1 < shares.Length && SquaredFrequency >= 1024 * (eighth + 1) * (eighth + 1)) eighth++;
            int step = Component switch { 0 => PictureLayout.BrightnessStep, 1 => PictureLayout.BlueStep, _ => PictureLayout.RedStep };
            return ((step * shares[eighth]) + 50) / 100;
        }
    }

    /// <summary>Bands of the same colour at the same place that say something of this one, at most three; −1: none.</summary>
    public int First { get; init; } = -1;

    /// <summary>The second of them.</summary>
    public int Second { get; init; } = -1;

    /// <summary>The third.</summary>
    public int Third { get; init; } = -1;

    /// <summary>The band of the next coarser stage of the wavelet transform; −1: none.</summary>
    public int Parent { get; init; } = -1;

    /// <summary>The same frequency in brightness, for the two colours; −1 for brightness.</summary>
    public int Brightness { get; init; } = -1;

    /// <summary>The same frequency in blue, for red; else −1.</summary>
    public int Blue { get; init; } = -1;
}
