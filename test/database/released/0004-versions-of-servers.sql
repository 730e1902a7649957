ALTER TABLE servers ADD COLUMN version text;
