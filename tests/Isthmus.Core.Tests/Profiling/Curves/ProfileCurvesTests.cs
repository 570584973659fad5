using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Tests.Planning;

namespace Isthmus.Core.Tests.Profiling.Curves;

/// <summary>Curves in a profile: written, read again, and refused where they are none.</summary>
public sealed class ProfileCurvesTests
{
    [Fact]
    public void Parse_WhatSerializeWrote_IsTheSame()
    {
        Profile profile = SmallCurve.In(SmallProfile.Create());
        string json = ProfileFile.Serialize(profile);
        Profile again = ProfileFile.Parse(json);
        Assert.Equal(json, ProfileFile.Serialize(again));
        Assert.Equal(profile.InputCurves[0].Curve, again.InputCurves[0].Curve);
        Assert.Equal(profile.ConfidenceTables[0].Bins[1].RemoteRight, again.ConfidenceTables[0].Bins[1].RemoteRight);
    }

    [Fact]
    public void Serialize_WithoutCurves_DoesNotSpeakOfThem()
    {
        string json = ProfileFile.Serialize(SmallProfile.Create());
        Assert.DoesNotContain("inputCurves", json, StringComparison.Ordinal);
        Assert.DoesNotContain("confidenceTables", json, StringComparison.Ordinal);
        Assert.Empty(ProfileFile.Parse(json).InputCurves);
    }

    [Theory]
    [InlineData("inputCurves.0.family", "\"\"", "family")]
    [InlineData("inputCurves.0.reference", "\"jpeg:75@0.5\"", "reference")]
    [InlineData("inputCurves.0.bytes", "-1", "bytes")]
    [InlineData("inputCurves.0.whole", "1.5", "whole")]
    [InlineData("inputCurves.0.points", "[]", "points")]
    [InlineData("inputCurves.0.points.0.fraction", "0", "fraction")]
    [InlineData("inputCurves.0.points.0.fraction", "0.4", "fractions must rise")]
    [InlineData("inputCurves.0.points.0.bytes", "5000", "fewer bytes")]
    [InlineData("inputCurves.0.points.0.low", "0.9", "interval")]
    [InlineData("inputCurves.0.points.0.agreement", "2", "agreement")]
    [InlineData("inputCurves.0.points.0.count", "0", "count")]
    [InlineData("inputCurves.0.chosen", "\"exponential\"", "none of the curve's fits")]
    [InlineData("inputCurves.0.fits.0.kind", "\"logistic\"", "There is no curve of the kind 'logistic'")]
    [InlineData("inputCurves.0.fits.0.kind", "\"table\"", "table")]
    [InlineData("inputCurves.0.fits.0.parameters", "[0.8,0,3]", "above zero")]
    [InlineData("inputCurves.0.fits.0.parameters", "[0.8,1e300,3]", "finite")]
    [InlineData("inputCurves.0.fits.0.error", "-0.1", "error")]
    [InlineData("inputCurves.0.fits.0.band.0.low", "0.9", "band")]
    [InlineData("inputCurves.0.fits.1.parameters", "[0.1,0.5,0.2,0.4]", "must not fall")]
    [InlineData("confidenceTables.0.family", "null", "family")]
    [InlineData("confidenceTables.0.fractions", "[1,0.4,0.1]", "rise")]
    [InlineData("confidenceTables.0.bins", "[]", "bins")]
    [InlineData("confidenceTables.0.bins.0.from", "0.9", "fall")]
    [InlineData("confidenceTables.0.bins.0.deviceRight", "51", "deviceRight")]
    [InlineData("confidenceTables.0.bins.0.remoteRight", "[1,2]", "remoteRight")]
    [InlineData("confidenceTables.0.bins.0.remoteRight", "[1,2,51]", "remoteRight")]
    public void Parse_WhatIsNoCurve_IsRefusedByName(string member, string value, string named)
    {
        JsonNode json = JsonNode.Parse(ProfileFile.Serialize(SmallCurve.In(SmallProfile.Create())))!;
        string[] path = member.Split('.');
        JsonNode at = path[..^1].Aggregate(json, (node, name) => int.TryParse(name, out int index) ? node[index]! : node[name]!);
        at[path[^1]] = JsonNode.Parse(value);
        IsthmusException e = Assert.Throws<IsthmusException>(() => ProfileFile.Parse(json.ToJsonString()));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnythingInTheirPlace_IsRefusedOrUsable()
    {
        string json = ProfileFile.Serialize(SmallCurve.In(SmallProfile.Create()));
        int from = json.IndexOf("\"inputCurves\"", StringComparison.Ordinal), to = json.IndexOf("\"confidenceTables\"", StringComparison.Ordinal);
        string[] values = ["0", "1", "-1", "1e308", "1e-308", "0.5", "null", "[]", "{}", "\"\"", "true", "1e999", "0.9999999999999999", "1000000000000000", "[1e15,1e15,1e15]", "[1e-300,1e-300,1e-300]"];
        MatchCollection members = Regex.Matches(json, "(?<=: )(\"[^\"]*\"|-?[0-9.]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
        int refused = 0, used = 0;
        foreach (Match member in members.Where(m => m.Index > from && m.Index < to + 1000))
        {
            foreach (string value in values)
            {
                Profile profile;
                try
                {
                    profile = ProfileFile.Parse(json[..member.Index] + value + json[(member.Index + member.Length)..]);
                }
                catch (IsthmusException)
                {
                    refused++;
                    continue;
                }

                used++;
                foreach (InputCurve curve in profile.InputCurves) AssertUsable(curve);
            }
        }

        Assert.True(refused > 100 && used > 100, $"{refused} refused, {used} used");
    }

    [Theory]
    [InlineData("gompertz", 1e15, 1e15, 1e15)]
    [InlineData("gompertz", 1e-300, 1e-300, 1e-300)]
    [InlineData("gompertz", 0.5, 1e15, 1e-15)]
    [InlineData("exponential", 1e15, 1e15, 1e15)]
    [InlineData("exponential", 1e-300, 1e-300, 1e-300)]
    [InlineData("exponential", 1e15, 1e-15, 1e-15)]
    public void Parse_ParametersAtTheirLimits_AreUsable(string kind, double a, double b, double c)
    {
        InputCurve curve = SmallCurve.Create();
        Profile profile = SmallProfile.Create() with { InputCurves = [curve with { Fits = [curve.Fits[0] with { Kind = kind, Parameters = [a, b, c] }], Chosen = kind }] };
        AssertUsable(ProfileFile.Parse(ProfileFile.Serialize(profile)).InputCurves[0]);
    }

    // Whatever the numbers are: values are shares, never fall, and have a slope and an inverse that are numbers.
    private static void AssertUsable(InputCurve curve)
    {
        IAccuracyCurve accuracy = curve.Curve;
        double before = 0;
        for (int k = 0; k <= 100; k++)
        {
            double x = k / 100.0, value = accuracy.At(x);
            Assert.InRange(value, 0, 1);
            Assert.True(value >= before - 1e-12);
            Assert.True(double.IsFinite(accuracy.SlopeAt(x)) && accuracy.SlopeAt(x) >= 0);
            if (accuracy.Inverse(x) is { } inverse) Assert.InRange(inverse, 0, 1);
            Assert.InRange(curve.AgreementAt(x), 0, 1);
            Assert.True(curve.AgreementIntervalAt(x) is { Low: >= 0, High: <= 1 });
            Assert.True(curve.BytesAt(x).Value >= 0);
            before = value;
        }
    }
}
