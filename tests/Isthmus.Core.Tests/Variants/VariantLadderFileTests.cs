using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Statistics;
using Isthmus.Core.Variants;

namespace Isthmus.Core.Tests.Variants;

public sealed class VariantLadderFileTests
{
    private static readonly ModelHash Model = ModelHash.Of([1, 2, 3]);

    private static VariantLadder Ladder(params Variant[] variants) => new("the test set", new string('a', 64), "1.0", [.. variants]);

    private static Variant Of(string name, int right = 90, string? file = null) => new(name, file ?? $"{name}.onnx", Model, 1000, 100, right, 99);

    [Fact]
    public void Parse_WhatWasSerialized_IsEqual() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<(NonNegativeInt Right, NonNegativeInt More, PositiveInt Bytes)>>(),
        drawn =>
        {
            VariantLadder ladder = Ladder([.. drawn.Get.Select((d, i) =>
            {
                int right = d.Right.Get % 101;
                return new Variant($"n{i}", $"folder/n{i}.onnx", Model, d.Bytes.Get, 100, right, right + (d.More.Get % (101 - right)));
            })]);
            Assert.Equal(ladder, VariantLadderFile.Parse(VariantLadderFile.Serialize(ladder)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Top1Interval_OfAVariant_IsClopperAndPearsons()
    {
        Assert.Equal(BinomialInterval.ClopperPearson(90, 100), Of("a").Top1Interval);
        Assert.Equal(0.9, Of("a").Top1);
        Assert.Equal(0.99, Of("a").Top5);
    }

    [Fact]
    public void ByAccuracy_OfSeveral_PutsTheBestFirst() =>
        Assert.Equal(["c", "a", "b"], Ladder(Of("a", 80), Of("b", 70), Of("c", 90)).ByAccuracy().Select(v => v.Name));

    [Theory]
    [InlineData("../a.onnx")]
    [InlineData("/etc/a.onnx")]
    [InlineData("b/../../a.onnx")]
    [InlineData("c:a.onnx")]
    [InlineData("b\\a.onnx")]
    [InlineData("")]
    public void Validate_FileOutsideOfTheFolder_IsRefused(string file) =>
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => Ladder(Of("a", file: file)).Validate()).Kind);

    [Fact]
    public void Validate_WhatCannotBe_IsRefused()
    {
        VariantLadder good = Ladder(Of("a"));
        good.Validate();
        VariantLadder[] bad =
        [
            Ladder(), Ladder(Of("a"), Of("a")), Ladder(Of("a", right: 100)), Ladder(Of("a"), Of("b") with { Images = 101 }), Ladder(Of("a") with { Images = 0 }),
            good with { Version = 2 }, good with { DataSha256 = "12" }, good with { Data = " " }, Ladder(Of("a") with { Bytes = 0 }),
        ];
        Assert.All(bad, ladder => Assert.Throws<IsthmusException>(() => ladder.Validate()));
    }

    [Fact]
    public void Parse_DamagedText_IsATypedError()
    {
        string good = VariantLadderFile.Serialize(Ladder(Of("a"), Of("b")));
        Random random = new(5);
        for (int i = 0; i < 2000; i++)
        {
            char[] text = good.ToCharArray();
            for (int k = random.Next(1, 5); k > 0; k--) text[random.Next(text.Length)] = (char)random.Next(32, 127);
            string json = new string(text)[..random.Next(text.Length / 2, text.Length)];
            try
            {
                VariantLadderFile.Parse(json);
            }
            catch (IsthmusException)
            {
                // What it must be, if anything.
            }
        }
    }

    [Fact]
    public void PathOf_LadderInAFolder_IsBesideIt()
    {
        string folder = Directory.CreateTempSubdirectory("isthmus-ladder-").FullName;
        try
        {
            VariantLadderFile.Save(Path.Combine(folder, VariantLadderFile.DefaultName), Ladder(Of("a")));
            Variant variant = VariantLadderFile.Load(folder).Get("a");
            Assert.Equal(Path.Combine(folder, "a.onnx"), VariantLadderFile.PathOf(folder, variant));
            Assert.Equal(Path.Combine(folder, "a.onnx"), VariantLadderFile.PathOf(Path.Combine(folder, VariantLadderFile.DefaultName), variant));
            Assert.Throws<IsthmusException>(() => VariantLadderFile.Check(variant, ModelHash.Of([9])));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
