namespace Isthmus.Inference.Manifests;

/// <summary>
/// A rectangle of a picture, in pixels from its upper left corner. The edges may cut through pixels: such a pixel counts by the
/// share that lies inside. (Rounding the crop to whole pixels moves one classification in a hundred of a small network.)
/// </summary>
/// <param name="Left">Distance of the left edge.</param>
/// <param name="Top">Distance of the upper edge.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
public readonly record struct ImageArea(double Left, double Top, double Width, double Height);
