using Isthmus.Core.Tensors;

namespace Isthmus.Bench;

/// <summary>More pictures of few: a network's input as it is, its four corners enlarged, and the mirror images of those.</summary>
internal static class PictureViews
{
    private const int Corners = 4;
    private const double CornerSide = 0.7;

    /// <summary>Ten views, which the caller disposes.</summary>
    /// <param name="picture">A picture, one image of channels by rows by columns.</param>
    public static IEnumerable<Tensor> Of(Tensor picture)
    {
        for (int corner = -1; corner < Corners; corner++)
        {
            yield return View(picture, corner, mirrored: false);
            yield return View(picture, corner, mirrored: true);
        }
    }

    private static Tensor View(Tensor picture, int corner, bool mirrored)
    {
        int height = (int)picture.Shape[2], width = (int)picture.Shape[3];
        Tensor view = Tensor.Rent(ElementType.Float32, picture.Shape);
        ReadOnlySpan<float> source = picture.Floats;
        Span<float> target = view.Floats;
        double scale = corner < 0 ? 1 : CornerSide;
        double top = corner is 2 or 3 ? (1 - CornerSide) * height : 0, left = corner is 1 or 3 ? (1 - CornerSide) * width : 0;
        for (int i = 0; i < target.Length; i++)
        {
            int x = i % width, y = i / width % height, channel = i / (width * height) * width * height;
            double row = Math.Min(top + (y * scale), height - 1.001), column = Math.Min(left + ((mirrored ? width - 1 - x : x) * scale), width - 1.001);
            int r = (int)row, c = (int)column;
            double down = row - r, right = column - c;
            double upper = ((1 - right) * source[channel + (r * width) + c]) + (right * source[channel + (r * width) + c + 1]);
            double lower = ((1 - right) * source[channel + ((r + 1) * width) + c]) + (right * source[channel + ((r + 1) * width) + c + 1]);
            target[i] = (float)(((1 - down) * upper) + (down * lower));
        }

        return view;
    }
}
