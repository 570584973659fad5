using Isthmus.Inference.Imaging;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Tests.Imaging;

public sealed class ResamplerTests
{
    [Fact]
    public void Resample_Area_IsTheMeanOverTheCoveredInput()
    {
        Random random = new(3);
        for (int round = 0; round < 60; round++)
        {
            int width = random.Next(1, 90), height = random.Next(1, 90), bands = round % 3 == 0 ? 1 : 3;
            int ow = random.Next(1, width + 1), oh = random.Next(1, height + 1);
            // An area with edges anywhere, but never so narrow that the picture would grow.
            double w = ow + ((width - ow) * random.NextDouble()), h = oh + ((height - oh) * random.NextDouble());
            ImageArea area = round % 2 == 0 ? new(0, 0, width, height) : new((width - w) * random.NextDouble(), (height - h) * random.NextDouble(), w, h);
            byte[] input = Pictures.Noise(width * height * bands, round);
            byte[] output = new byte[ow * oh * bands];
            Resampler.Resample(input, width, height, bands, area, output, ow, oh, ResizeFilter.Area);
            for (int y = 0; y < oh; y++)
            {
                for (int x = 0; x < ow; x++)
                {
                    for (int c = 0; c < bands; c++)
                    {
                        double expected = Mean(input, width, height, bands, c, area.Left + (x * area.Width / ow), area.Top + (y * area.Height / oh), area.Width / ow, area.Height / oh);
                        Assert.InRange(output[(((y * ow) + x) * bands) + c], expected - 0.502, expected + 0.502);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(ResizeFilter.Area)]
    [InlineData(ResizeFilter.Nearest)]
    [InlineData(ResizeFilter.Linear)]
    [InlineData(ResizeFilter.Cubic)]
    [InlineData(ResizeFilter.Mitchell)]
    [InlineData(ResizeFilter.Lanczos2)]
    [InlineData(ResizeFilter.Lanczos3)]
    public void Resample_OneColour_KeepsItAtAnySize(ResizeFilter filter)
    {
        Random random = new(4);
        for (int round = 0; round < 40; round++)
        {
            int width = random.Next(1, 40), height = random.Next(1, 40), ow = random.Next(1, 60), oh = random.Next(1, 60);
            byte[] input = new byte[width * height * 3];
            input.AsSpan().Fill((byte)round);
            byte[] output = new byte[ow * oh * 3];
            Resampler.Resample(input, width, height, 3, new(0, 0, width, height), output, ow, oh, filter);
            Assert.All(output, v => Assert.Equal(round, v));
        }
    }

    [Theory]
    [InlineData(ResizeFilter.Linear)]
    [InlineData(ResizeFilter.Cubic)]
    [InlineData(ResizeFilter.Lanczos3)]
    [InlineData(ResizeFilter.Area)]
    public void Resample_Ramp_StaysARamp(ResizeFilter filter)
    {
        // Every one of these kernels reproduces a linear function away from the borders, bigger or smaller.
        byte[] input = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        foreach (int size in (int[])[100, 50, 400])
        {
            byte[] output = new byte[size];
            Resampler.Resample(input, 200, 1, 1, new(0, 0, 200, 1), output, size, 1, filter);
            for (int x = size / 4; x < size * 3 / 4; x++)
                Assert.InRange(output[x], ((x + 0.5) * 200 / size) - 0.5 - 1, ((x + 0.5) * 200 / size) - 0.5 + 1);
        }
    }

    // Slow and plain: the integral over a rectangle of a picture whose pixels are unit squares.
    private static double Mean(byte[] input, int width, int height, int bands, int band, double left, double top, double w, double h)
    {
        double sum = 0;
        for (int y = 0; y < height; y++)
        {
            double down = Math.Min(y + 1, top + h) - Math.Max(y, top);
            for (int x = 0; x < width && down > 0; x++)
            {
                double across = Math.Min(x + 1, left + w) - Math.Max(x, left);
                if (across > 0) sum += across * down * input[(((y * width) + x) * bands) + band];
            }
        }

        return sum / (w * h);
    }
}
