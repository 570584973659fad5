using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Tests.Classification;

public sealed class ClassifierTests
{
    private static readonly ModelManifest Manifest = new() { Width = 1, Height = 1 };

    [Fact]
    public void Top_RandomOutputs_IsTheStableSort()
    {
        Random random = new(1);
        Classifier classifier = new(Manifest, LabelFile.None);
        for (int round = 0; round < 200; round++)
        {
            // Few distinct values, so that there are ties.
            float[] outputs = [.. Enumerable.Range(0, random.Next(1, 50)).Select(_ => random.Next(10) is var v && v == 9 ? float.NaN : v)];
            int count = random.Next(1, 60);
            int[] expected = [.. Enumerable.Range(0, outputs.Length).OrderByDescending(i => float.IsNaN(outputs[i]) ? float.NegativeInfinity : outputs[i]).Take(count)];
            Assert.Equal(expected, classifier.Top(outputs, count).Select(c => c.Index));
        }
    }

    [Fact]
    public void Top_WithOffset_IgnoresTheBackground()
    {
        Classifier classifier = new(Manifest with { LabelOffset = 1 }, LabelFile.Parse(["background", "cat", "dog"]));
        ImmutableArray<ClassScore> best = classifier.Top([9, 1, 2], 5);
        Assert.Equal([new ClassScore(1, "dog", 2), new ClassScore(0, "cat", 1)], best);
    }

    [Fact]
    public void Top_Logits_AreMadeProbabilities()
    {
        Classifier classifier = new(Manifest with { Softmax = true }, LabelFile.None);
        ImmutableArray<ClassScore> best = classifier.Top([1000, 1000, -1000], 3);
        Assert.Equal([0.5, 0.5, 0], best.Select(b => b.Score));
        Assert.Equal("class 0", best[0].Name);
    }

    [Theory]
    [InlineData("background,cat,dog", 1)]
    [InlineData("cat,dog", 1)]
    [InlineData("cat,dog,,", 0)]
    public void Name_LinesPerOutputOrPerClass_IsTheSame(string lines, int offset)
    {
        LabelFile labels = LabelFile.Parse(lines.Split(','));
        Assert.Equal("cat", labels.Name(0, 2 + offset, offset));
        Assert.Equal("dog", labels.Name(1, 2 + offset, offset));
        Assert.Equal("class 7", labels.Name(7, 2 + offset, offset));
    }

    [Fact]
    public void Top_WrongOutput_IsATypedError()
    {
        Classifier classifier = new(Manifest with { LabelOffset = 3 }, LabelFile.None);
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => classifier.Top([1, 2, 3])).Kind);
        using Tensor tensor = Tensor.Rent(ElementType.Int64, new(1, 10));
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => classifier.Top(tensor)).Kind);
    }

    [Fact]
    public void Load_FolderWithLabels_IsInOrdinalOrder()
    {
        using TemporaryFolder folder = new();
        foreach (string name in (string[])["b.JPG", "a.png", "sub/c.webp", "notes.txt", "B.jpeg"]) folder.Write("images/" + name, "x");
        string labels = folder.Write("labels.csv", "file,class_index\na.png,3\n\"sub/c.webp\",0\n");
        ImmutableArray<LabelledImage> images = LabelledImages.Load(folder.File("images"), labels);
        Assert.Equal(["B.jpeg", "a.png", "b.JPG", "sub/c.webp"], images.Select(i => i.Name));
        Assert.Equal([null, 3, null, 0], images.Select(i => i.ClassIndex));
        Assert.All(images, i => Assert.True(File.Exists(i.Path)));
        Assert.Single(LabelledImages.Load(folder.File("images/a.png")));
    }

    [Theory]
    [InlineData("file,class_index\na.png\n", ErrorKind.Data)]
    [InlineData("file,class_index\na.png,-1\n", ErrorKind.Data)]
    [InlineData("file,class_index\na.png,cat\n", ErrorKind.Data)]
    [InlineData("file,class_index\na.png,99999999999\n", ErrorKind.Data)]
    [InlineData("a.png,1\na.png,2\n", ErrorKind.Data)]
    [InlineData("absent.png,1\n", ErrorKind.File)]
    public void Load_DamagedLabels_IsATypedError(string csv, ErrorKind kind)
    {
        using TemporaryFolder folder = new();
        folder.Write("images/a.png", "x");
        string labels = folder.Write("labels.csv", csv);
        Assert.Equal(kind, Assert.Throws<IsthmusException>(() => LabelledImages.Load(folder.File("images"), labels)).Kind);
    }

    [Fact]
    public void Load_NothingThere_IsATypedError()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => LabelledImages.Load(folder.Path)).Kind);
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => LabelledImages.Load(folder.File("absent"))).Kind);
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => LabelFile.Load(folder.File("absent"))).Kind);
    }
}
