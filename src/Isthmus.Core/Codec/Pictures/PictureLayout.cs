using System.Collections.Immutable;

namespace Isthmus.Core.Codec.Pictures;

/// <summary>
/// How the coefficients of a picture lie in memory and in which order they are sent: the cosine transform of blocks of 8 × 8 pixels, of which each frequency is a band of its own
/// (64 of brightness; of the colours only the 16 lowest, which is colour at half the width and height), and the blocks' means transformed further by wavelets.
/// </summary>
internal sealed class PictureLayout
{
    /// <summary>The side of a block.</summary>
    public const int Block = 8;

    /// <summary>Frequencies of the colours that are kept, in each direction.</summary>
    public const int ColourSide = 4;

    /// <summary>How often the means are halved in width and height.</summary>
    public const int WaveletStages = 3;

    /// <summary>The finest step of brightness, in units of 1/16 of a pixel value (the transform is orthonormal).</summary>
    public const int BrightnessStep = 96;

    /// <summary>The finest step of blue against yellow.</summary>
    public const int BlueStep = 192;

    /// <summary>The finest step of red against green.</summary>
    public const int RedStep = 173;

    /// <summary>Bands of brightness.</summary>
    public const int BrightnessBands = (Block * Block) - 1 + (3 * WaveletStages) + 1;

    /// <summary>Bands of each of the two colours.</summary>
    public const int ColourBands = (ColourSide * ColourSide) - 1 + (3 * WaveletStages) + 1;

    /// <summary>The most bands that a picture has.</summary>
    public const int MostBands = BrightnessBands + (2 * ColourBands);

    /// <summary>Lays out a picture.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="channels">1 or 3.</param>
    public PictureLayout(int width, int height, int channels)
    {
        (Width, Height, Channels) = (width, height, channels);
        BlocksWide = (width + Block - 1) / Block;
        BlocksHigh = (height + Block - 1) / Block;
        ImmutableArray<PictureBand>.Builder bands = ImmutableArray.CreateBuilder<PictureBand>(MostBands);
        for (int component = 0; component < channels; component++) Add(bands, component);
        Bands = bands.DrainToImmutable();
        Order = [.. Enumerable.Range(0, Bands.Length).OrderBy(i => Bands[i].SquaredFrequency).ThenBy(i => Bands[i].Component).ThenBy(i => i)];
    }

    /// <summary>The picture's width in pixels.</summary>
    public int Width { get; }

    /// <summary>Its height.</summary>
    public int Height { get; }

    /// <summary>Its channels, 1 or 3.</summary>
    public int Channels { get; }

    /// <summary>Blocks in a row of them; the last may reach over the edge.</summary>
    public int BlocksWide { get; }

    /// <summary>Rows of blocks.</summary>
    public int BlocksHigh { get; }

    /// <summary>Coefficients with their borders.</summary>
    public int Length { get; private set; }

    /// <summary>The bands, colour by colour; of each the blocks' frequencies row by row, then the wavelets' from fine to coarse, then the coarsest means.</summary>
    public ImmutableArray<PictureBand> Bands { get; }

    /// <summary>The bands from the lowest frequency to the highest: so they are sent, bit plane by bit plane.</summary>
    public ImmutableArray<int> Order { get; }

    /// <summary>Where the bands of a colour begin.</summary>
    public static int FirstBand(int component) => component switch { 0 => 0, 1 => BrightnessBands, _ => BrightnessBands + ColourBands };

    /// <summary>Frequencies that are kept in each direction.</summary>
    public static int Side(int component) => component == 0 ? Block : ColourSide;

    /// <summary>
    /// By frequency, in eighths of the highest, what the steps are multiplied with, in hundredths: so that a byte spent on either lowers the divergence of networks' answers
    /// about as much (docs/input.md says how that was measured).
    /// </summary>
    public static ReadOnlySpan<byte> StepShares(int component) => component == 0 ? [110, 105, 95, 92, 95, 100, 105, 135, 150, 160] : [40, 60, 80, 110, 140];

    private void Add(ImmutableArray<PictureBand>.Builder bands, int component)
    {
        int side = Side(component), first = bands.Count;
        int At(int u, int v) => u < 0 || v < 0 || u + v == 0 ? -1 : first + (v * side) + u - 1;
        for (int v = 0; v < side; v++)
        {
            for (int u = 0; u < side; u++)
            {
                if (u + v == 0) continue;
                Append(bands, new(component, u, v, 0, BlocksWide, BlocksHigh, Length) { First = At(u - 1, v), Second = At(u, v - 1), Third = At(u - 1, v - 1) });
            }
        }

        (int width, int height) = (BlocksWide, BlocksHigh);
        for (int stage = 1; stage <= WaveletStages; stage++)
        {
            for (int k = 1; k < 4; k++)
            {
                (int u, int v) = (k & 1, k >> 1);
                int at = bands.Count;
                Append(bands, new(component, u, v, stage, (width + 1 - u) / 2, (height + 1 - v) / 2, Length)
                {
                    First = k >= 2 ? at - 1 : -1,
                    Second = k == 3 ? at - 2 : -1,
                    Parent = stage < WaveletStages ? at + 3 : -1,
                });
            }

            (width, height) = ((width + 1) / 2, (height + 1) / 2);
        }

        Append(bands, new(component, 0, 0, PictureBand.Coarsest, width, height, Length));
    }

    private void Append(ImmutableArray<PictureBand>.Builder bands, PictureBand band)
    {
        int like = band.Stage == 0 ? (band.V * Block) + band.U - 1 : BrightnessBands - (ColourBandsBehind(bands.Count, band.Component));
        Length += band.Stride * (band.Height + 2);
        bands.Add(band with
        {
            Start = band.Start + band.Stride + 1,
            Brightness = band.Component == 0 ? -1 : like,
            Blue = band.Component == 2 ? bands.Count - ColourBands : -1,
        });

        static int ColourBandsBehind(int index, int component) => component == 0 ? 0 : FirstBand(component) + ColourBands - index;
    }
}
