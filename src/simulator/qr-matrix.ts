import QrCode from 'qrcode';

/** Light modules around a QR code (ISO/IEC 18004). */
const quietModules = 4;

/** A QR code with the light edge that it needs. */
export interface QrMatrix {
  /** Modules in a row, the edge included. */
  size: number;
  isDark: (x: number, y: number) => boolean;
}

export function qrMatrix(text: string): QrMatrix {
  const { modules } = QrCode.create(text, { errorCorrectionLevel: 'L' });
  const isInside = (at: number) => at >= 0 && at < modules.size;
  return {
    size: modules.size + 2 * quietModules,
    isDark: (x, y) => {
      const [column, row] = [x - quietModules, y - quietModules];
      return isInside(column) && isInside(row) && modules.get(row, column) === 1;
    },
  };
}
