using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Imaging.Vips;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Tests.Imaging;

public sealed class ImagePreprocessorTests
{
    private const int Width = 40;
    private const int Height = 30;

    private static readonly byte[] Colours = Pictures.Smooth(Width, Height);

    [Theory]
    [InlineData("pngsave_buffer", 0)]
    [InlineData("tiffsave_buffer", 0)]
    [InlineData("webpsave_buffer", 0)]
    [InlineData("jpegsave_buffer", 12)]
    [InlineData("gifsave_buffer", 40)]
    public void FromFile_EveryFormat_IsThePicture(string saver, int tolerance)
    {
        byte[] file = Pictures.File(Colours, Width, Height, 3, saver, options: o =>
        {
            if (saver == "jpegsave_buffer") o.With("Q", 95);
            if (saver == "webpsave_buffer") o.With("lossless", "true");
        });
        AssertPixels(Colours, Decode(file, Width, Height), tolerance);
    }

    [Fact]
    public void FromFile_ProgressiveJpeg_IsThePicture() =>
        AssertPixels(Colours, Decode(Pictures.File(Colours, Width, Height, 3, "jpegsave_buffer", options: o => o.With("Q", 95).With("interlace", "true")), Width, Height), 12);

    [Fact]
    public void FromFile_Grey_IsThreeEqualColours()
    {
        byte[] grey = Pictures.Noise(Width * Height, 1);
        AssertPixels([.. grey.SelectMany(v => Enumerable.Repeat(v, 3))], Decode(Pictures.File(grey, Width, Height, 1), Width, Height), 0);
    }

    [Fact]
    public void FromFile_ColoursForAGreyNetwork_IsBrightness()
    {
        byte[] white = [.. Enumerable.Repeat((byte)255, Width * Height * 3)];
        using Tensor tensor = new ImagePreprocessor(Pictures.Whole(Width, Height) with { ChannelOrder = ChannelOrder.Grey }).FromFile(Pictures.File(white, Width, Height, 3));
        Assert.Equal(new TensorShape(1, 1, Height, Width), tensor.Shape);
        Assert.All(tensor.Floats.ToArray(), v => Assert.Equal(255, v));
    }

    [Fact]
    public void FromFile_Transparency_IsLaidOnWhite()
    {
        byte[] rgba = [.. Enumerable.Range(0, Width * Height).SelectMany(i => (byte[])[10, 20, 30, i % 2 == 0 ? (byte)255 : (byte)0])];
        float[] expected = [.. Enumerable.Range(0, Width * Height).SelectMany(i => i % 2 == 0 ? (float[])[10, 20, 30] : [255, 255, 255])];
        AssertPixels([.. expected.Select(v => (byte)v)], Decode(Pictures.File(rgba, Width, Height, 4), Width, Height), 0);
    }

    [Fact]
    public void FromFile_SixteenBits_IsTheUpperByte()
    {
        byte[] file = Pictures.File(Colours, Width, Height, 3, change: i => i.Apply("colourspace", o => o.With("space", "rgb16")));
        AssertPixels(Colours, Decode(file, Width, Height), 1);
    }

    [Fact]
    public void FromFile_Cmyk_IsAboutThePicture()
    {
        byte[] file = Pictures.File(Colours, Width, Height, 3, "jpegsave_buffer", i => i.Apply("colourspace", o => o.With("space", "cmyk")), o => o.With("Q", 95));
        byte[] pixels = Decode(file, Width, Height);
        // Printing inks reach fewer colours than a screen: it is enough that dark and light, red and green are where they were.
        double error = pixels.Zip(Colours, (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(error, 0, 45);
    }

    [Fact]
    public void FromFile_EveryOrientation_StandsUpright()
    {
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            VipsImage Mark(VipsImage image)
            {
                VipsImage copy = image.Apply("copy");
                NativeMethods.vips_image_set_int(copy.Pointer, "orientation", orientation);
                return copy;
            }

            // libvips turns it upright and saves that; Isthmus turns it itself.
            byte[] marked = Pictures.File(Colours, Width, Height, 3, "tiffsave_buffer", Mark);
            byte[] upright = Pictures.File(Colours, Width, Height, 3, "tiffsave_buffer", i =>
            {
                using VipsImage m = Mark(i);
                return m.Apply("autorot");
            });
            foreach (ModelManifest manifest in (ModelManifest[])[Pictures.Whole(24, 20), new() { Width = 16, Height = 16 }])
            {
                ImagePreprocessor preprocessor = new(manifest);
                using Tensor actual = preprocessor.FromFile(marked);
                using Tensor expected = preprocessor.FromFile(upright);
                AssertClose(expected, actual, 1);
            }
        }
    }

    [Fact]
    public void FromFile_Crop_IsTheCentralSquare()
    {
        // White, but for a black square of 20 pixels in the middle of 60 × 40.
        byte[] pixels = [.. Enumerable.Repeat((byte)255, 60 * 40 * 3)];
        for (int y = 10; y < 30; y++) pixels.AsSpan(((y * 60) + 20) * 3, 60).Clear();
        byte[] file = Pictures.File(pixels, 60, 40, 3);
        using Tensor tensor = new ImagePreprocessor(new() { Width = 10, Height = 10, Crop = ImageCrop.Square(0.5) }).FromFile(file);
        Assert.All(tensor.Floats.ToArray(), v => Assert.Equal(0, v));
        using Tensor more = new ImagePreprocessor(new() { Width = 10, Height = 10, Crop = ImageCrop.Square(0.6) }).FromFile(file);
        Assert.True(more.Floats[0] > 0);
    }

    [Fact]
    public void FromFile_LargeJpeg_IsCloseToTheExactMean()
    {
        // Large enough that it is decoded at a quarter of its size.
        byte[] pixels = Pictures.Smooth(1600, 1200);
        ImagePreprocessor preprocessor = new(new() { Width = 64, Height = 64 });
        using Tensor exact = preprocessor.FromFile(Pictures.File(pixels, 1600, 1200, 3));
        using Tensor shrunk = preprocessor.FromFile(Pictures.File(pixels, 1600, 1200, 3, "jpegsave_buffer", options: o => o.With("Q", 95)));
        AssertClose(exact, shrunk, 3);
    }

    [Fact]
    public void FromFile_CropBeyondSixteenMillionPixels_IsCloseToTheExactMean()
    {
        byte[] pixels = Pictures.Smooth(4200, 4200);
        ImagePreprocessor preprocessor = new(Pictures.Whole(32, 32));
        using Tensor tensor = preprocessor.FromFile(Pictures.File(pixels, 4200, 4200, 3, options: o => o.With("compression", 1)));
        byte[] expected = new byte[32 * 32 * 3];
        Resampler.Resample(pixels, 4200, 4200, 3, new(0, 0, 4200, 4200), expected, 32, 32, ResizeFilter.Area);
        using Tensor exact = Tensor.Rent(ElementType.Float32, tensor.Shape);
        new Normaliser(preprocessor.Manifest).Apply(expected, exact);
        AssertClose(exact, tensor, 2);
    }

    [Fact]
    public void FromEncoded_LosslessForms_AreWhatTheDeviceWouldHave()
    {
        ImagePreprocessor preprocessor = new(new() { Width = 16, Height = 16, Mean = new(128), Scale = new(128), ChannelOrder = ChannelOrder.Bgr });
        byte[] file = Pictures.File(Pictures.Noise(Width * Height * 3, 2), Width, Height, 3);
        using Tensor expected = preprocessor.FromFile(file);
        foreach (InputEncoding encoding in (InputEncoding[])[InputEncoding.File, InputEncoding.Png, InputEncoding.Pixels, InputEncoding.Tensor])
        {
            using Tensor actual = preprocessor.FromEncoded(preprocessor.Encode(file, encoding), encoding);
            Assert.Equal(expected.Floats.ToArray(), actual.Floats.ToArray());
        }
    }

    [Fact]
    public void Encode_Jpeg_IsProgressiveAndSmallerWithLessQuality()
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(128, 128));
        byte[] file = Pictures.File(Pictures.Smooth(256, 256), 256, 256, 3);
        using Tensor expected = preprocessor.FromFile(file);
        int last = int.MaxValue;
        foreach (int quality in (int[])[95, 75, 40, 10])
        {
            byte[] jpeg = preprocessor.Encode(file, InputEncoding.Jpeg(quality));
            Assert.True(jpeg.Length < last);
            // SOF2, the start of a progressive frame.
            Assert.True(jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC2]) > 0);
            using Tensor actual = preprocessor.FromEncoded(jpeg, InputEncoding.Jpeg(quality));
            if (quality == 95) AssertClose(expected, actual, 16);
            last = jpeg.Length;
        }
    }

    [Fact]
    public void Encode_PartsOfAJpeg_AreBeginningsOfTheWholeAndComeCloserToIt()
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(128, 128));
        byte[] file = Pictures.File(Pictures.Smooth(256, 256), 256, 256, 3);
        InputEncoding form = InputEncoding.Jpeg(90);
        byte[] whole = preprocessor.Encode(file, form);
        using Tensor expected = preprocessor.FromEncoded(whole, form);
        IReadOnlyList<int> scans = ImagePreprocessor.Boundaries(whole, form);
        Assert.True(scans.Count > 3);
        Assert.Equal(whole.Length - 2, scans[^1]);
        double last = double.PositiveInfinity;
        foreach (double fraction in (double[])[0.1, 0.3, 0.5, 0.8, 1])
        {
            InputEncoding part = form.First(fraction);
            byte[] bytes = preprocessor.Encode(file, part);
            Assert.Equal(whole[..bytes.Length], bytes);
            int exact = (int)Math.Ceiling(whole.Length * fraction);
            Assert.True(bytes.Length == exact || scans.Contains(bytes.Length));
            Assert.InRange(bytes.Length, exact - (whole.Length / 50), exact);
            using Tensor actual = preprocessor.FromEncoded(bytes, part);
            double error = MeanError(expected, actual);
            Assert.True(error < last || error == 0, $"{fraction}: {error} after {last}");
            last = error;
        }

        Assert.Equal(0, last);
    }

    [Fact]
    public void FromEncoded_EveryBeginningOfAJpeg_IsAPictureOrRefused()
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(64, 64));
        byte[] whole = preprocessor.Encode(Pictures.File(Pictures.Smooth(256, 256), 256, 256, 3), InputEncoding.Jpeg(75));
        int first = ImagePreprocessor.Boundaries(whole, InputEncoding.Jpeg(75))[0];
        InputEncoding part = InputEncoding.Jpeg(75).First(0.5);
        for (int length = 0; length < whole.Length; length++)
        {
            try
            {
                preprocessor.FromEncoded(whole.AsMemory(0, length), part).Dispose();
            }
            catch (IsthmusException e) when (length < first)
            {
                Assert.Equal(ErrorKind.Data, e.Kind);
            }
        }

        // A whole form that was cut off is damaged, as before.
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => preprocessor.FromEncoded(whole.AsMemory(0, whole.Length / 2), part.Whole)).Kind);
    }

    [Fact]
    public void Encode_NextToNothingOfAJpeg_IsItsFirstScan()
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(64, 64));
        byte[] file = Pictures.File(Pictures.Smooth(256, 256), 256, 256, 3);
        InputEncoding form = InputEncoding.Jpeg(75), least = form.First(0.001);
        byte[] whole = preprocessor.Encode(file, form), part = preprocessor.Encode(file, least);
        Assert.Equal(ImagePreprocessor.Boundaries(whole, form)[0], part.Length);
        preprocessor.FromEncoded(part, least).Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public void FromEncoded_AJpegOfNothingButMarkers_IsRefused(int markers)
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(64, 64));
        byte[] file = [0xFF, 0xD8, .. Enumerable.Repeat((byte[])[0xFF, 0xC1], markers).SelectMany(m => m)];
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => preprocessor.FromEncoded(file, InputEncoding.Jpeg(75).First(0.5))).Kind);
    }

    [Theory]
    [InlineData("embedded", 3)]
    [InlineData("embedded@0.5", 8)]
    [InlineData("embedded@0.05", 60)]
    [InlineData("embeddedx0.5", 10)]
    [InlineData("embeddedx0.5@0.5", 16)]
    public void FromEncoded_Embedded_IsAboutThePicture(string form, double tolerance)
    {
        InputEncoding encoding = InputEncoding.Parse(form);
        ImagePreprocessor preprocessor = new(Pictures.Whole(60, 44));
        byte[] file = Pictures.File(Pictures.Smooth(60, 44), 60, 44, 3);
        byte[] whole = preprocessor.Encode(file, encoding.Whole), part = preprocessor.Encode(file, encoding);
        Assert.Equal(whole[..ImagePreprocessor.PartOf(whole, encoding)], part);
        Assert.Equal(Math.Ceiling(whole.Length * encoding.Fraction), part.Length);
        using Tensor exact = preprocessor.FromFile(file);
        using Tensor actual = preprocessor.FromEncoded(part, encoding);
        Assert.InRange(Mean(exact, actual), 0, tolerance);

        static double Mean(Tensor a, Tensor b) => Enumerable.Range(0, a.Floats.Length).Average(i => Math.Abs(a.Floats[i] - b.Floats[i]));
    }

    [Fact]
    public void FromEncoded_EmbeddedAndGrey_IsAboutThePicture()
    {
        ImagePreprocessor preprocessor = new(new() { Width = 28, Height = 28, ChannelOrder = ChannelOrder.Grey, Mean = new(0), Scale = new(1) });
        byte[] file = Pictures.File(Pictures.Smooth(28, 28), 28, 28, 3);
        using Tensor exact = preprocessor.FromFile(file);
        using Tensor actual = preprocessor.FromEncoded(preprocessor.Encode(file, InputEncoding.Embedded), InputEncoding.Embedded);
        AssertClose(exact, actual, 12);
    }

    [Fact]
    public void FromEncoded_EmbeddedCutOff_IsRefusedUnlessItIsMeant()
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(60, 44));
        byte[] part = preprocessor.Encode(Pictures.File(Pictures.Smooth(60, 44), 60, 44, 3), InputEncoding.Embedded.First(0.5));
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => preprocessor.FromEncoded(part, InputEncoding.Embedded)).Kind);
        using Tensor accepted = new ImagePreprocessor(Pictures.Whole(60, 44), DamagePolicy.Accept).FromEncoded(part, InputEncoding.Embedded);
        using Tensor meant = preprocessor.FromEncoded(part, InputEncoding.Embedded.First(0.3));
        Assert.Equal(accepted.Bytes.ToArray(), meant.Bytes.ToArray());
    }

    [Fact]
    public void PartOf_ATinyShareOfAnEmbeddedCode_IsAtLeastItsHeader()
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(16, 16));
        byte[] whole = preprocessor.Encode(Pictures.File(Pictures.Smooth(16, 16), 16, 16, 3), InputEncoding.Embedded);
        InputEncoding part = InputEncoding.Embedded.First(0.001);
        using Tensor tensor = preprocessor.FromEncoded(whole.AsMemory(0, ImagePreprocessor.PartOf(whole, part)), part);
        Assert.Empty(ImagePreprocessor.Boundaries(whole, part));
    }

    [Theory]
    [InlineData("webp:90", 5)]
    [InlineData("jpeg:95x0.5", 5)]
    [InlineData("webp:95x0.5", 7)]
    public void FromEncoded_WebpAndScaledDown_IsAboutThePicture(string form, double tolerance)
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(64, 64));
        byte[] file = Pictures.File(Pictures.Smooth(256, 256), 256, 256, 3);
        using Tensor expected = preprocessor.FromFile(file);
        InputEncoding encoding = InputEncoding.Parse(form);
        byte[] bytes = preprocessor.Encode(file, encoding);
        using Tensor actual = preprocessor.FromEncoded(bytes, encoding);
        Assert.InRange(MeanError(expected, actual), 0, tolerance);
        if (encoding.Scale < 1) Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => preprocessor.FromEncoded(bytes, InputEncoding.Jpeg(95))).Kind);
    }

    [Fact]
    public void Encode_GreyNetwork_RoundTrips()
    {
        ImagePreprocessor preprocessor = new(new() { Width = 28, Height = 28, ChannelOrder = ChannelOrder.Grey });
        byte[] file = Pictures.File(Colours, Width, Height, 3);
        using Tensor expected = preprocessor.FromFile(file);
        using Tensor png = preprocessor.FromEncoded(preprocessor.Encode(file, InputEncoding.Png), InputEncoding.Png);
        Assert.Equal(expected.Floats.ToArray(), png.Floats.ToArray());
        using Tensor jpeg = preprocessor.FromEncoded(preprocessor.Encode(file, InputEncoding.Jpeg(95)), InputEncoding.Jpeg(95));
        AssertClose(expected, jpeg, 12);
    }

    [Fact]
    public void FromEncoded_WrongSize_IsRefused()
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(16, 16));
        byte[] larger = Pictures.File(Colours, Width, Height, 3);
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => preprocessor.FromEncoded(larger, InputEncoding.Png)).Kind);
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => preprocessor.FromEncoded(new byte[100], InputEncoding.Tensor)).Kind);
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => preprocessor.FromEncoded(new byte[100], InputEncoding.Pixels)).Kind);
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => preprocessor.FromEncoded(default, InputEncoding.Jpeg(75))).Kind);
    }

    [Fact]
    public void FromFile_WhatIsNoPicture_IsATypedErrorThatNamesTheFile()
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(16, 16));
        byte[][] files =
        [
            [],
            [0xFF],
            "I am a text file, named cat.jpg.\n"u8.ToArray(),
            "3 3\n1 2 3\n4 5 6\n7 8 9\n"u8.ToArray(),
            "1,2,3\n4,5,6\n"u8.ToArray(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\"><image href=\"/etc/passwd\"/></svg>"u8.ToArray(),
            [0xFF, 0xD8, 0xFF, 0xE0],
            Pictures.Bomb(50_000, 50_000),
            Pictures.Bomb(int.MaxValue, int.MaxValue),
            Pictures.Bomb(9_000, 9_000),
            Pictures.Bomb(0, 0),
        ];
        foreach (byte[] file in files)
        {
            IsthmusException e = Assert.Throws<IsthmusException>(() => preprocessor.FromFile(file, "cat.jpg").Dispose());
            Assert.Equal(ErrorKind.Data, e.Kind);
            Assert.Contains("cat.jpg", e.Message);
            Assert.DoesNotContain('\n', e.Message);
        }
    }

    [Theory]
    [InlineData("jpegsave_buffer")]
    [InlineData("pngsave_buffer")]
    [InlineData("webpsave_buffer")]
    [InlineData("tiffsave_buffer")]
    public void FromFile_CutOff_IsRefusedUnlessDamageIsAccepted(string saver)
    {
        byte[] file = Pictures.File(Pictures.Noise(64 * 64 * 3, 9), 64, 64, 3, saver, options: o =>
        {
            if (saver == "jpegsave_buffer") o.With("interlace", "true");
        });
        ImagePreprocessor strict = new(Pictures.Whole(32, 32));
        for (int eighths = 1; eighths <= 7; eighths++)
        {
            ReadOnlyMemory<byte> part = file.AsMemory(0, file.Length * eighths / 8);
            Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => strict.FromFile(part).Dispose()).Kind);
        }

        if (saver != "jpegsave_buffer") return;
        ImagePreprocessor lenient = new(Pictures.Whole(32, 32), DamagePolicy.Accept);
        // From within the first scan on; also within the tables between scans.
        for (int length = file.Length / 5; length <= file.Length; length += 7) lenient.FromFile(file.AsMemory(0, length)).Dispose();
    }

    [Fact]
    public void FromFile_RandomDamage_NeverThrowsAnythingElse()
    {
        ImagePreprocessor preprocessor = new(Pictures.Whole(16, 16));
        Random random = new(11);
        foreach (string saver in (string[])["jpegsave_buffer", "pngsave_buffer", "webpsave_buffer", "gifsave_buffer", "tiffsave_buffer"])
        {
            byte[] good = Pictures.File(Colours, Width, Height, 3, saver);
            for (int i = 0; i < 60; i++)
            {
                byte[] bad = [.. good];
                for (int k = random.Next(1, 8); k > 0; k--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
                try
                {
                    preprocessor.FromFile(bad).Dispose();
                }
                catch (IsthmusException e)
                {
                    Assert.Equal(ErrorKind.Data, e.Kind);
                }
            }
        }
    }

    [Fact]
    public async Task FromFile_FromManyThreads_IsTheSameForAll()
    {
        ImagePreprocessor preprocessor = new(new() { Width = 24, Height = 24 });
        byte[] file = Pictures.File(Colours, Width, Height, 3, "jpegsave_buffer");
        using Tensor expected = preprocessor.FromFile(file);
        float[] values = expected.Floats.ToArray();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 40; i++)
            {
                using Tensor actual = preprocessor.FromFile(file);
                Assert.Equal(values, actual.Floats.ToArray());
            }
        })));
    }

    [Fact]
    public void FromFile_InSteadyState_AllocatesNoLargeObject()
    {
        ImagePreprocessor preprocessor = new(new() { Width = 224, Height = 224 });
        byte[] file = Pictures.File(Pictures.Smooth(500, 375), 500, 375, 3, "jpegsave_buffer");
        for (int i = 0; i < 3; i++) preprocessor.FromFile(file).Dispose();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 5; i++) preprocessor.FromFile(file).Dispose();
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 5, 0, 85_000);
    }

    [Fact]
    public unsafe void Operations_OnceDisposed_LeaveNoReference()
    {
        // The pixels' owner is freed when the last image over it goes; GObject counts references in the word behind the type.
        LibVips.Require();
        byte[] pixels = new byte[3 * 100];
        fixed (byte* data = pixels)
        {
            using VipsImage image = VipsImage.FromBytes(data, 10, 10, 3);
            uint before = ((uint*)image.Pointer)[2];
            for (int i = 0; i < 10; i++)
            {
                using VipsImage copy = image.Apply("flip", o => o.With("direction", "horizontal"));
                using VipsPixels computed = copy.ToPixels();
                Assert.Equal(300, computed.Span.Length);
                image.Save("pngsave_buffer");
            }

            Assert.Equal(before, ((uint*)image.Pointer)[2]);
        }
    }

    private static byte[] Decode(byte[] file, int width, int height)
    {
        using Tensor tensor = new ImagePreprocessor(Pictures.Whole(width, height) with { Layout = TensorLayout.Nhwc }).FromFile(file);
        return [.. tensor.Floats.ToArray().Select(v => (byte)v)];
    }

    private static void AssertPixels(byte[] expected, byte[] actual, int tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
    }

    private static void AssertClose(Tensor expected, Tensor actual, float tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.InRange(expected.Floats.ToArray().Zip(actual.Floats.ToArray(), (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
    }

    private static double MeanError(Tensor expected, Tensor actual) => expected.Floats.ToArray().Zip(actual.Floats.ToArray(), (a, b) => (double)Math.Abs(a - b)).Average();
}
