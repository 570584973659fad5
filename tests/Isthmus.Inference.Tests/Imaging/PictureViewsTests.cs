using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;

namespace Isthmus.Inference.Tests.Imaging;

public sealed class PictureViewsTests
{
    [Fact]
    public void Cut_APicture_GivesTheCentralSquareAndPartsThatLieWhereTheyShould()
    {
        byte[] pixels = Pictures.Noise(50 * 40 * 3, 3);
        ImmutableArray<byte[]> views = PictureViews.Cut(Pictures.File(pixels, 50, 40, 3), "p");
        Assert.Equal(14, views.Length);
        Assert.Equal(PictureViews.Count, views.Length);
        Assert.Equal(Part(pixels, 5, 0, 40), Pixels(views[0], 40));
        Assert.Equal(Part(pixels, 18, 8, 32), Pixels(views[4], 32));
        Assert.Equal(Part(pixels, 13, 8, 24), Pixels(views[9], 24));
    }

    [Fact]
    public void Cut_WhatIsNoPicture_IsATypedErrorThatNamesIt()
    {
        Assert.All([[], new byte[100], [0xFF, 0xD8, 0xFF, 0xE0]], (byte[] file) =>
        {
            IsthmusException e = Assert.Throws<IsthmusException>(() => PictureViews.Cut(file, "the picture"));
            Assert.Equal(ErrorKind.Data, e.Kind);
            Assert.StartsWith("the picture", e.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Cut_OnePixel_IsThatPixelEveryTime() => Assert.All(PictureViews.Cut(Pictures.File([1, 2, 3], 1, 1, 3), "p"), v => Assert.Equal([1, 2, 3], Pixels(v, 1)));

    private static float[] Part(byte[] pixels, int left, int top, int side) =>
        [.. Enumerable.Range(0, side * side * 3).Select(i => (float)pixels[((((top + (i / (side * 3))) * 50) + left) * 3) + (i % (side * 3))])];

    private static float[] Pixels(byte[] file, int side)
    {
        using Tensor tensor = new ImagePreprocessor(Pictures.Whole(side, side) with { Layout = Isthmus.Inference.Manifests.TensorLayout.Nhwc }).FromFile(file);
        return tensor.Floats.ToArray();
    }
}
