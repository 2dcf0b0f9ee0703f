"""PartiQL text to the same trees and key ranges as the expressions."""
