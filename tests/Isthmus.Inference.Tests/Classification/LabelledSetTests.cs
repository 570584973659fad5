using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Manifests;
using Isthmus.Tests.Shared;

namespace Isthmus.Inference.Tests.Classification;

public sealed class LabelledSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_PairOfIdxFiles_GivesPixelsAndClasses()
    {
        LabelledSet set = LabelledSet.Load(Images(2, 2, 2), Labels(7, 3));
        Assert.Equal(2, set.Count);
        Assert.Equal(3, set.ClassOf(1));
        ImagePreprocessor grey = new(new() { Width = 2, Height = 2, Crop = ImageCrop.None, ChannelOrder = ChannelOrder.Grey, Mean = new(1), Scale = new(2) });
        using Tensor input = set.Input(1, grey);
        Assert.Equal([1.5f, 2, 2.5f, 3], input.Floats.ToArray());
    }

    [Fact]
    public void Input_GreyPictureForANetworkOfColours_IsThatGreyInEach()
    {
        LabelledSet set = LabelledSet.Load(Images(1, 2, 2), Labels(0));
        ImagePreprocessor colours = new(new() { Width = 2, Height = 2, Crop = ImageCrop.None });
        using Tensor input = set.Input(0, colours);
        Assert.Equal([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3], input.Floats.ToArray());
    }

    [Fact]
    public void Input_OfAnotherSize_IsTheSameAsThePicturesFile()
    {
        byte[] pixels = [.. Enumerable.Range(0, 30 * 20).Select(i => (byte)(i * 7))];
        ImagePreprocessor preprocessor = new(new() { Width = 16, Height = 16, ChannelOrder = ChannelOrder.Grey });
        using Tensor expected = preprocessor.FromFile(Imaging.Pictures.File(pixels, 30, 20, 1)), found = preprocessor.FromPixels(pixels, 30, 20);
        Assert.Equal(expected.Floats.ToArray(), found.Floats.ToArray());
    }

    [Fact]
    public void FromPixels_WhatDoesNotFit_IsRefused()
    {
        ImagePreprocessor grey = new(new() { Width = 2, Height = 2, ChannelOrder = ChannelOrder.Grey });
        Assert.Throws<IsthmusException>(() => grey.FromPixels(new byte[3], 2, 2));
        Assert.Throws<IsthmusException>(() => grey.FromPixels(new byte[12], 2, 2, 3));
        Assert.Throws<IsthmusException>(() => grey.FromPixels([], 0, 2));
    }

    [Fact]
    public void Load_FilesThatDoNotBelongTogether_AreRefused()
    {
        Assert.Contains("do not belong together", Assert.Throws<IsthmusException>(() => LabelledSet.Load(Images(2, 2, 2), Labels(7))).Message, StringComparison.Ordinal);
        Assert.Contains("no pictures", Assert.Throws<IsthmusException>(() => LabelledSet.Load(Labels(7), Labels(7))).Message, StringComparison.Ordinal);
        Assert.Contains("no labels", Assert.Throws<IsthmusException>(() => LabelledSet.Load(Images(1, 2, 2), Images(1, 2, 2))).Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => LabelledSet.Load(Images(1, 2, 2), Labels(1), 0)).Kind);
    }

    [Fact]
    public void Sha256_OfASet_TellsPixelsAndClassesApart()
    {
        string whole = LabelledSet.Load(Images(2, 2, 2), Labels(7, 3)).Sha256();
        Assert.Equal(whole, LabelledSet.Load(Images(2, 2, 2), Labels(7, 3)).Sha256());
        Assert.NotEqual(whole, LabelledSet.Load(Images(2, 2, 2), Labels(7, 4)).Sha256());
        Assert.NotEqual(whole, LabelledSet.Load(Images(2, 2, 2), Labels(7, 3), 1).Sha256());
    }

    [Fact]
    public void Load_Folder_TakesThePhotographsThatHaveALabel()
    {
        string photographs = Path.Combine(DevelopmentData.Repository, "samples", "photos");
        LabelledSet all = LabelledSet.Load(photographs, Path.Combine(photographs, "labels.csv")), some = LabelledSet.Load(photographs, Path.Combine(photographs, "labels.csv"), 3);
        Assert.Equal("photos", all.Name);
        Assert.Equal(3, some.Count);
        Assert.Equal(all.ClassOf(2), some.ClassOf(2));
        using Tensor input = some.Input(0, new(new() { Width = 8, Height = 8 }));
        Assert.Equal(192, input.Floats.Length);
    }

    private string Images(params int[] sizes) => _folder.Write($"images{sizes[0]}", [.. IdxFileTests.Header(8, sizes), .. Enumerable.Range(0, sizes[0] * sizes[1] * sizes[2]).Select(i => (byte)i)]);

    private string Labels(params byte[] labels) => _folder.Write($"labels{string.Join('-', labels)}", [.. IdxFileTests.Header(8, labels.Length), .. labels]);
}
