using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Tests.Imaging;

public sealed class NetpbmTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 3)]
    public void FromFile_PlainPicture_IsWhatAPngOfItIs(int bands, int channels)
    {
        ModelManifest manifest = new() { Width = 24, Height = 16, ChannelOrder = channels == 1 ? ChannelOrder.Grey : ChannelOrder.Rgb };
        byte[] pixels = Pictures.Noise(60 * 40 * bands, 3);
        ImagePreprocessor preprocessor = new(manifest);
        using Tensor expected = preprocessor.FromFile(Pictures.File(pixels, 60, 40, bands)), found = preprocessor.FromFile(Netpbm.Write(pixels, 60, 40, bands));
        Assert.Equal(expected.Floats.ToArray(), found.Floats.ToArray());
    }

    [Fact]
    public void Encode_PlainPictureAsPixels_ArrivesAsTheDevicesTensor()
    {
        ImagePreprocessor preprocessor = new(new() { Width = 28, Height = 28, Crop = ImageCrop.None, ChannelOrder = ChannelOrder.Grey });
        byte[] file = Netpbm.Write(Pictures.Noise(784, 1), 28, 28);
        byte[] crossed = preprocessor.Encode(file, InputEncoding.Pixels);
        using Tensor here = preprocessor.FromFile(file), there = preprocessor.FromEncoded(crossed, InputEncoding.Pixels);
        Assert.Equal(784, crossed.Length);
        Assert.Equal(here.Floats.ToArray(), there.Floats.ToArray());
    }

    [Fact]
    public void FromFile_CommentsInTheHeader_AreNoPixels()
    {
        ImagePreprocessor preprocessor = new(new() { Width = 2, Height = 1, Crop = ImageCrop.None, ChannelOrder = ChannelOrder.Grey });
        using Tensor tensor = preprocessor.FromFile((byte[])[.. "P5 # made by hand 9\n2 # wide\r 1\n255\n"u8, 7, 9]);
        Assert.Equal([7, 9], tensor.Floats.ToArray());
    }

    [Theory]
    [InlineData("P5\n", "does not begin")]
    [InlineData("P5 2 2", "does not begin")]
    [InlineData("P5 2 2 255", "does not begin")]
    [InlineData("P5 0 2 255\n", "does not begin")]
    [InlineData("P5 -1 2 255\n", "does not begin")]
    [InlineData("P5 99999999999 2 255\n", "does not begin")]
    [InlineData("P5 2 2 65535\nabcdefgh", "65535")]
    [InlineData("P5 2 2 255\nabc", "3 of 4")]
    [InlineData("P5 999999999 999999999 255\nabc", "million")]
    [InlineData("P6 1 1 255\nabc", "grey")]
    public void FromFile_Damaged_IsATypedError(string file, string why)
    {
        ImagePreprocessor preprocessor = new(new() { Width = 2, Height = 2, ChannelOrder = ChannelOrder.Grey });
        IsthmusException error = Assert.Throws<IsthmusException>(() => preprocessor.FromFile(System.Text.Encoding.ASCII.GetBytes(file), "it"));
        Assert.Equal(ErrorKind.Data, error.Kind);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromFile_ThousandsOfDamagedFiles_OnlyEverRefuses()
    {
        ImagePreprocessor preprocessor = new(new() { Width = 4, Height = 4, ChannelOrder = ChannelOrder.Grey });
        byte[] whole = Netpbm.Write(Pictures.Noise(100, 1), 10, 10);
        Random random = new(4);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. whole];
            for (int k = random.Next(1, 4); k > 0; k--) bytes[2 + random.Next(14)] = (byte)(random.Next(3) == 0 ? random.Next(256) : "0123456789 \n#"[random.Next(13)]);
            if (random.Next(3) == 0) bytes = bytes[..random.Next(3, bytes.Length)];
            try
            {
                // Only those that are still of this form: others are libvips', and fuzzed elsewhere.
                if (Netpbm.Is(bytes)) preprocessor.FromFile(bytes).Dispose();
            }
            catch (IsthmusException e)
            {
                Assert.Equal(ErrorKind.Data, e.Kind);
            }
        }
    }
}
