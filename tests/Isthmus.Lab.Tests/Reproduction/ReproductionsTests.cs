using Isthmus.Core.Errors;
using Isthmus.Lab.Reproduction;

namespace Isthmus.Lab.Tests.Reproduction;

public sealed class ReproductionsTests
{
    [Fact]
    public void All_HaveNamesOfTheirOwnAndSayWhichPaper()
    {
        Assert.Equal(Reproductions.All.Length, Reproductions.All.Select(r => r.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(Reproductions.All, r => Assert.True(r.Paper.Length > 20 && r.Summary.Length > 20));
    }

    [Fact]
    public void Get_AnyCase_FindsIt() => Assert.Equal("jalad", Reproductions.Get("JALAD").Name);

    [Fact]
    public void Get_Unknown_NamesThoseThereAre()
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => Reproductions.Get("nothing"));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.Contains("jalad", e.Message, StringComparison.Ordinal);
    }
}
