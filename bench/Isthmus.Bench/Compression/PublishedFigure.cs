namespace Isthmus.Bench.Compression;

/// <summary>One entry of the table that was measured before this project began, with which the reproduced floor codec is compared.</summary>
/// <param name="Levels">Levels of the quantiser.</param>
/// <param name="BitsPerValue">Bits per value, rounded to two digits.</param>
/// <param name="Agreement">Share of photographs with the whole network's answer, 0…1.</param>
/// <param name="Top1">Share of photographs that are classified rightly, 0…1.</param>
public sealed record PublishedFigure(int Levels, double BitsPerValue, double Agreement, double Top1);
