using Isthmus.Core.Errors;
using Isthmus.Core.Planning;

namespace Isthmus.Core.Tests.Planning;

public sealed class InputEncodingTests
{
    [Theory]
    [InlineData("local")]
    [InlineData("file")]
    [InlineData("png")]
    [InlineData("pixels")]
    [InlineData("tensor")]
    [InlineData("embedded")]
    [InlineData("embedded@0.4")]
    [InlineData("embeddedx0.5@0.125")]
    [InlineData("jpeg:75")]
    [InlineData("jpeg:1@0.001")]
    [InlineData("jpeg:100x0.5")]
    [InlineData("jpeg:75x0.71@0.333")]
    [InlineData("webp:30")]
    [InlineData("webp:30x0.25")]
    public void Parse_ItsOwnText_IsTheSame(string text)
    {
        InputEncoding encoding = InputEncoding.Parse(text);
        Assert.Equal(text, encoding.ToString());
        Assert.Equal(encoding, InputEncoding.Parse($" {text.ToUpperInvariant()} "));
    }

    [Theory]
    [InlineData("")]
    [InlineData("jpeg")]
    [InlineData("jpeg:")]
    [InlineData("jpeg:0")]
    [InlineData("jpeg:101")]
    [InlineData("jpeg:-5")]
    [InlineData("jpeg:75@")]
    [InlineData("jpeg:75@0")]
    [InlineData("jpeg:75@1.1")]
    [InlineData("jpeg:75@-0.5")]
    [InlineData("jpeg:75@NaN")]
    [InlineData("jpeg:75@1e-1")]
    [InlineData("jpeg:75x0")]
    [InlineData("jpeg:75x2")]
    [InlineData("jpeg:75@0.5x0.5")]
    [InlineData("jpeg:75x0.5x0.5")]
    [InlineData("file@0.5")]
    [InlineData("png@0.5")]
    [InlineData("webp:75@0.5")]
    [InlineData("tensorx0.5")]
    [InlineData("embedded:50")]
    public void Parse_WhatMakesNoSense_IsRefused(string text) => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => InputEncoding.Parse(text)).Kind);

    [Fact]
    public void First_OfAllFractions_IsRoundedToAThousandthAndRemembersItsWhole()
    {
        for (int i = 1; i <= 1000; i++)
        {
            InputEncoding part = InputEncoding.Jpeg(60).First(i / 1000.0);
            Assert.Equal(i / 1000.0, part.Fraction, 12);
            Assert.Equal(i < 1000, part.IsPartial);
            Assert.Equal(InputEncoding.Jpeg(60), part.Whole);
            Assert.Equal(part, InputEncoding.Parse(part.ToString()));
        }

        Assert.Equal(InputEncoding.Jpeg(60), InputEncoding.Jpeg(60).First(0.9996));
        Assert.Equal(1, default(InputEncoding).Fraction);
        Assert.Equal(1, default(InputEncoding).Scale);
        Assert.Equal(InputEncoding.Local, default);
    }
}
