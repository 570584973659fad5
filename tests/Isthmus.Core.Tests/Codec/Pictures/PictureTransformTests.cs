using Isthmus.Core.Codec.Pictures;

namespace Isthmus.Core.Tests.Codec.Pictures;

public sealed class PictureTransformTests
{
    // The filter across an edge turns differences by C2ᵀ·diag(s, 1, 1)·C4.
    private const double Stretch = 1.2;

    [Theory]
    [InlineData(40, 24)]
    [InlineData(37, 19)]
    public void Forward_OfAGreyPicture_IsTheLappedCosineTransformOfItsDefinition(int width, int height)
    {
        PictureLayout layout = new(width, height, 1);
        byte[] picture = InventedPicture.Of(width, height, 1);
        short[] values = new short[layout.Length];
        PictureTransform.Forward(layout, picture, values);
        double[,] plane = new double[height, width];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++) plane[y, x] = picture[(y * width) + x] - 128.0;
        }

        Overlap(plane, width, height);
        foreach (PictureBand band in layout.Bands.Where(b => b.Stage == 0))
        {
            for (int by = 0; by < band.Height; by++)
            {
                for (int bx = 0; bx < band.Width; bx++)
                {
                    double exact = Cosine(plane, bx, by, band.U, band.V, width, height) * 16 / band.Step;
                    // Rounded towards zero, of numbers with four binary places.
                    int value = values[band.Start + (by * band.Stride) + bx];
                    Assert.InRange(Math.Abs(exact) - Math.Abs(value), -0.03, 1.03);
                    Assert.True(value == 0 || Math.Sign(value) == Math.Sign(exact));
                }
            }
        }
    }

    [Fact]
    public void Stretched_AndItsInverse_AreTheLogisticFunction()
    {
        for (int x = -Logistic.Largest; x <= Logistic.Largest; x++)
            Assert.InRange(Logistic.Probabilities2048[x + 2048] - (65_536 / (1 + Math.Exp(-x / 256.0))), -1.5, 1.5);
        for (int i = 0; i < 4096; i++)
        {
            double p = (i + 0.5) / 4096;
            Assert.InRange(Logistic.Stretched[i] - (256 * Math.Log(p / (1 - p))), i is 0 or 4095 ? -400 : -22, i is 0 or 4095 ? 400 : 22);
        }
    }

    private static double Cosine(double[,] plane, int bx, int by, int u, int v, int width, int height)
    {
        double sum = 0;
        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 8; x++)
            {
                double pixel = plane[Math.Min((8 * by) + y, height - 1), Math.Min((8 * bx) + x, width - 1)];
                sum += pixel * Math.Cos(((2 * x) + 1) * u * Math.PI / 16) * Math.Cos(((2 * y) + 1) * v * Math.PI / 16);
            }
        }

        return sum * (u == 0 ? Math.Sqrt(0.125) : 0.5) * (v == 0 ? Math.Sqrt(0.125) : 0.5);
    }

    private static void Overlap(double[,] plane, int width, int height)
    {
        for (int y = 0; y < height; y++)
        {
            for (int x = 8; x + 3 <= width; x += 8)
            {
                (double[] l, double[] r) = Across([plane[y, x - 1], plane[y, x - 2], plane[y, x - 3]], [plane[y, x], plane[y, x + 1], plane[y, x + 2]]);
                for (int i = 0; i < 3; i++) (plane[y, x - 1 - i], plane[y, x + i]) = (l[i], r[i]);
            }
        }

        for (int x = 0; x < width; x++)
        {
            for (int y = 8; y + 3 <= height; y += 8)
            {
                (double[] l, double[] r) = Across([plane[y - 1, x], plane[y - 2, x], plane[y - 3, x]], [plane[y, x], plane[y + 1, x], plane[y + 2, x]]);
                for (int i = 0; i < 3; i++) (plane[y - 1 - i, x], plane[y + i, x]) = (l[i], r[i]);
            }
        }
    }

    // The matrix's rows and columns are counted from the far end.
    private static (double[] Left, double[] Right) Across(double[] left, double[] right)
    {
        double[] turned = new double[3];
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                double entry = 0;
                for (int k = 0; k < 3; k++)
                {
                    double two = Math.Sqrt((k == 0 ? 1.0 : 2.0) / 3) * Math.Cos(Math.PI * ((2 * (2 - i)) + 1) * k / 6);
                    double four = Math.Sqrt(2.0 / 3) * Math.Cos(Math.PI * ((2 * (2 - j)) + 1) * ((2 * k) + 1) / 12);
                    entry += two * (k == 0 ? Stretch : 1) * four;
                }

                turned[i] += entry * (left[j] - right[j]);
            }
        }

        return ([.. Enumerable.Range(0, 3).Select(i => (left[i] + right[i] + turned[i]) / 2)], [.. Enumerable.Range(0, 3).Select(i => (left[i] + right[i] - turned[i]) / 2)]);
    }
}
